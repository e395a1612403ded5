package io.spackle.safety;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.spackle.image.Filter;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The preprocessing of an image for an image encoder, configured by {@code
 * preprocessor_config.json} with the keys and defaults of the image processors of
 * huggingface/transformers.
 *
 * @param filter for resizing, or null to keep the size
 * @param size the size that the image is resized to
 * @param crop the size of the centre crop, or null for none
 * @param values for each of red, green and blue the input value of each level
 */
record ImagePreprocessor(Filter filter, Size size, Size crop, List<float[]> values) {

  /**
   * A size in pixels.
   *
   * @param height 0 if the width is the length of the shorter side, which may be either
   */
  private record Size(int width, int height) {

    boolean isOfShorterSide() {
      return height == 0;
    }
  }

  private static final double[] CLIP_MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] CLIP_STD = {0.26862954, 0.26130258, 0.27577711};
  private static final double[] HALVES = {0.5, 0.5, 0.5};
  private static final int SIDE = 224;

  /** The preprocessing of OpenAI's CLIP. */
  static final ImagePreprocessor OF_CLIP =
      of(
          JsonNodeFactory.instance.objectNode().put("image_processor_type", "CLIPImageProcessor"),
          new ArrayList<>());

  /**
   * Reads a configuration.
   *
   * @param problems receives the problems found; with any, the result is meaningless
   */
  static ImagePreprocessor of(JsonNode config, List<String> problems) {
    String type =
        config.path("image_processor_type").asText(config.path("feature_extractor_type").asText());
    boolean clip = type.startsWith("CLIP");
    Size size = size(config.path("size"), clip);
    Size crop = config.path("do_center_crop").asBoolean(clip) ? crop(config) : null;
    if (config.path("crop_pct").isNumber()) {
      problems.add(
          "preprocessor_config.json: crop_pct is not supported, expected size and crop_size");
    }
    if (crop != null && (crop.width > size.width || crop.height > minHeight(size))) {
      problems.add(
          "preprocessor_config.json: crop_size is larger than size, expected a part of it");
    }
    return new ImagePreprocessor(
        config.path("do_resize").asBoolean(true) ? filter(config, clip, problems) : null,
        size,
        crop,
        values(config, clip, problems));
  }

  private static int minHeight(Size size) {
    return size.isOfShorterSide() ? size.width : size.height;
  }

  private static Size size(JsonNode size, boolean clip) {
    if (size.has("shortest_edge")) {
      return new Size(size.get("shortest_edge").asInt(), 0);
    }
    if (size.isObject()) {
      return new Size(size.path("width").asInt(SIDE), size.path("height").asInt(SIDE));
    }
    int side = size.asInt(SIDE);
    return new Size(side, clip ? 0 : side);
  }

  private static Size crop(JsonNode config) {
    JsonNode size = config.path("crop_size");
    int side = size.asInt(SIDE);
    return new Size(size.path("width").asInt(side), size.path("height").asInt(side));
  }

  /** The filter with a number in Pillow's enumeration. */
  private static Filter filter(JsonNode config, boolean clip, List<String> problems) {
    int resample = config.path("resample").asInt(clip ? 3 : 2);
    return switch (resample) {
      case 1 -> Filter.LANCZOS;
      case 2 -> Filter.BILINEAR;
      case 3 -> Filter.BICUBIC;
      default -> {
        problems.add(
            "preprocessor_config.json: resample "
                + resample
                + " found, expected 1 (Lanczos), 2 (bilinear) or 3 (bicubic)");
        yield Filter.BICUBIC;
      }
    };
  }

  private static List<float[]> values(JsonNode config, boolean clip, List<String> problems) {
    boolean normalize = config.path("do_normalize").asBoolean(true);
    boolean rescale = config.path("do_rescale").asBoolean(true);
    double factor = rescale ? config.path("rescale_factor").asDouble(1 / 255.0) : 1;
    List<float[]> values = new ArrayList<>();
    for (int channel = 0; channel < 3; channel++) {
      double mean = number(config, "image_mean", clip ? CLIP_MEAN : HALVES, channel, problems);
      double std = number(config, "image_std", clip ? CLIP_STD : HALVES, channel, problems);
      values.add(normalize ? values(factor, (float) mean, (float) std) : values(factor, 0, 1));
    }
    return values;
  }

  private static double number(
      JsonNode config, String key, double[] defaults, int channel, List<String> problems) {
    JsonNode numbers = config.path(key);
    if (!numbers.isArray()) {
      return defaults[channel];
    }
    if (!numbers.path(channel).isNumber()) {
      problems.add("preprocessor_config.json: " + key + " has too few numbers, expected three");
    }
    return numbers.path(channel).asDouble();
  }

  private static float[] values(double factor, float mean, float std) {
    float[] values = new float[256];
    for (int level = 0; level < 256; level++) {
      values[level] = ((float) (level * factor) - mean) / std;
    }
    return values;
  }

  /**
   * The preprocessed image.
   *
   * @return (1, 3, height, width)
   */
  FloatTensor tensor(RgbImage image) {
    RgbImage resized = filter == null ? image : resized(image);
    RgbImage cropped = crop == null ? resized : resized.centre(crop.width, crop.height);
    return cropped.toTensor(values);
  }

  private RgbImage resized(RgbImage image) {
    if (!size.isOfShorterSide()) {
      return filter.resize(image, size.width, size.height);
    }
    int width = image.width();
    int height = image.height();
    int shorter = size.width;
    return width <= height
        ? filter.resize(image, shorter, (int) ((long) shorter * height / width))
        : filter.resize(image, (int) ((long) shorter * width / height), shorter);
  }
}
