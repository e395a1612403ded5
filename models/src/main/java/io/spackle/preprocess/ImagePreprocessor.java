package io.spackle.preprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.spackle.image.Filter;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
public record ImagePreprocessor(Filter filter, Size size, Size crop, List<float[]> values) {

  /**
   * A size in pixels.
   *
   * @param height 0 if the width is the length of the shorter side, which may be either
   */
  public record Size(int width, int height) {

    private boolean isOfShorterSide() {
      return height == 0;
    }

    /** The size of an image once it is scaled. */
    private Size of(RgbImage image) {
      if (!isOfShorterSide()) {
        return this;
      }
      int imageWidth = image.width();
      int imageHeight = image.height();
      return imageWidth <= imageHeight
          ? new Size(width, (int) ((long) width * imageHeight / imageWidth))
          : new Size((int) ((long) width * imageWidth / imageHeight), width);
    }
  }

  /** The defaults of a processor: of the sides, and of each channel's mean and deviation. */
  private enum Type {
    CLIP(224, new double[] {0.48145466, 0.4578275, 0.40821073}, 0.26862954, 0.26130258, 0.27577711),
    SEGFORMER(512, new double[] {0.485, 0.456, 0.406}, 0.229, 0.224, 0.225),
    OTHER(224, new double[] {0.5, 0.5, 0.5}, 0.5, 0.5, 0.5);

    private final int side;
    private final double[] mean;
    private final double[] deviation;

    Type(int side, double[] mean, double... deviation) {
      this.side = side;
      this.mean = mean;
      this.deviation = deviation;
    }

    static Type of(JsonNode config) {
      String name =
          config
              .path("image_processor_type")
              .asText(config.path("feature_extractor_type").asText());
      return name.startsWith("CLIP") ? CLIP : name.startsWith("Segformer") ? SEGFORMER : OTHER;
    }
  }

  /** The preprocessing of OpenAI's CLIP. */
  public static final ImagePreprocessor OF_CLIP =
      of(
          JsonNodeFactory.instance.objectNode().put("image_processor_type", "CLIPImageProcessor"),
          new ArrayList<>());

  /**
   * Reads a configuration.
   *
   * @param problems receives the problems found; with any, the result is meaningless
   */
  public static ImagePreprocessor of(JsonNode config, List<String> problems) {
    Type type = Type.of(config);
    boolean clip = type == Type.CLIP;
    Size size = size(config.path("size"), type);
    Size crop = config.path("do_center_crop").asBoolean(clip) ? crop(config, type) : null;
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
        values(config, type, problems));
  }

  private static int minHeight(Size size) {
    return size.isOfShorterSide() ? size.width : size.height;
  }

  private static Size size(JsonNode size, Type type) {
    if (size.has("shortest_edge")) {
      return new Size(size.get("shortest_edge").asInt(), 0);
    }
    if (size.isObject()) {
      return new Size(size.path("width").asInt(type.side), size.path("height").asInt(type.side));
    }
    int side = size.asInt(type.side);
    return new Size(side, type == Type.CLIP ? 0 : side);
  }

  private static Size crop(JsonNode config, Type type) {
    JsonNode size = config.path("crop_size");
    int side = size.asInt(type.side);
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

  private static List<float[]> values(JsonNode config, Type type, List<String> problems) {
    boolean normalize = config.path("do_normalize").asBoolean(true);
    boolean rescale = config.path("do_rescale").asBoolean(true);
    double factor = rescale ? config.path("rescale_factor").asDouble(1 / 255.0) : 1;
    List<float[]> values = new ArrayList<>();
    for (int channel = 0; channel < 3; channel++) {
      double mean = number(config, "image_mean", type.mean, channel, problems);
      double std = number(config, "image_std", type.deviation, channel, problems);
      values.add(normalize ? values(factor, mean, std) : values(factor, 0, 1));
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

  /**
   * The input value of each level.
   *
   * @param factor of a level, such as 1 / 255
   * @param mean subtracted from the product
   * @param std divides the difference
   */
  public static float[] values(double factor, double mean, double std) {
    float[] values = new float[256];
    for (int level = 0; level < 256; level++) {
      values[level] = ((float) (level * factor) - (float) mean) / (float) std;
    }
    return values;
  }

  /**
   * The preprocessed image.
   *
   * @return (1, 3, height, width)
   */
  public FloatTensor tensor(RgbImage image) {
    RgbImage resized = filter == null ? image : resized(image, size.of(image));
    RgbImage cropped = crop == null ? resized : resized.centre(crop.width, crop.height);
    return cropped.toTensor(values);
  }

  /**
   * The preprocessed image, stretched to another size than the configuration says, and not cropped.
   *
   * @return (1, 3, height, width)
   */
  public FloatTensor tensor(RgbImage image, Size other) {
    Filter chosen = filter == null ? Filter.BILINEAR : filter;
    return chosen.resize(image, other.width, other.height).toTensor(values);
  }

  /** The size that images are stretched to; empty if they keep their size or their proportions. */
  public Optional<Size> fixedSize() {
    return filter == null || size.isOfShorterSide() ? Optional.empty() : Optional.of(size);
  }

  private RgbImage resized(RgbImage image, Size scaled) {
    return filter.resize(image, scaled.width, scaled.height);
  }
}
