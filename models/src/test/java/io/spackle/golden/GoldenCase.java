package io.spackle.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.image.CropPadding;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * A recorded run of a reference pipeline.
 *
 * @param folder contains {@code case.json}, the images and the tensors
 * @param json the content of {@code case.json}
 */
public record GoldenCase(Path folder, JsonNode json) {

  public String name() {
    return json.path("name").asText();
  }

  public String bundle() {
    return json.path("bundle").asText();
  }

  public List<RgbImage> images() {
    return names("image").stream()
        .map(name -> ImageCodec.decode(read(photo(name)), DecodeLimits.defaults()))
        .toList();
  }

  public List<Mask> masks() {
    return names("mask").stream()
        .map(name -> ImageCodec.decodeMask(read(photo(name)), DecodeLimits.defaults()))
        .toList();
  }

  /** The reference image, null where the case has none. */
  public RgbImage reference() {
    return json.has("reference_image")
        ? ImageCodec.decode(
            read(photo(json.path("reference_image").asText())), DecodeLimits.defaults())
        : null;
  }

  /** The syntax of the prompts. */
  public PromptSyntax syntax() {
    return PromptSyntax.valueOf(json.path("syntax").asText("plain").toUpperCase(Locale.ROOT));
  }

  /** The prompts as the model reads them: of a reference in context, with the text around them. */
  public List<String> prompts() {
    String template = json.path("reference").path("prompt").asText("{prompt}");
    return strings(json.path("call").path("prompt")).stream()
        .map(prompt -> template.replace("{prompt}", prompt))
        .toList();
  }

  /** Where the reference image is in context: none, left or below. */
  public String referenceLayout() {
    return json.path("reference").path("layout").asText("none");
  }

  /** The negative prompt, null if the call has none. */
  public String negativePrompt() {
    return json.path("call").path("negative_prompt").asText(null);
  }

  /** One seed per generator. */
  public List<Long> seeds() {
    JsonNode seed = json.path("seed");
    return strings(seed).stream().map(Long::parseUnsignedLong).toList();
  }

  /** The share of the calls before the first guided one, and that up to the last. */
  public List<Double> guidanceInterval() {
    JsonNode interval = json.path("guidance_interval");
    return List.of(interval.path(0).asDouble(0), interval.path(1).asDouble(1));
  }

  /** An argument of the call, or the pipeline's default. */
  public double argument(String name, double defaultValue) {
    return json.path("call").path(name).asDouble(defaultValue);
  }

  public CropPadding cropPadding() {
    JsonNode padding = json.path("call").path("padding_mask_crop");
    return padding.isInt() ? CropPadding.of(padding.asInt()) : CropPadding.NONE;
  }

  /** The scheduler class that replaces the bundle's, or null. */
  public String scheduler() {
    return json.path("scheduler").asText(null);
  }

  public Map<String, Object> schedulerOverrides() {
    Map<String, Object> overrides = new HashMap<>();
    json.path("scheduler_overrides")
        .properties()
        .forEach(o -> overrides.put(o.getKey(), o.getValue()));
    return overrides;
  }

  /** The recorded image {@code index}. */
  public RgbImage image(int index) {
    Path only = folder.resolve("out.png");
    Path file = Files.exists(only) ? only : folder.resolve("out_" + index + ".png");
    return ImageCodec.decode(read(file), DecodeLimits.defaults());
  }

  /** Whether a tensor was recorded. */
  public boolean has(String name) {
    return Files.exists(folder.resolve(name + ".npy"));
  }

  public FloatTensor tensor(String name) {
    return Npy.read(folder.resolve(name + ".npy"));
  }

  @Override
  public String toString() {
    return name(); // the name of the test
  }

  /** An image in the folder of the case, else one of the photos that cases share. */
  private Path photo(String name) {
    Path own = folder.resolve(name);
    return Files.exists(own) ? own : Goldens.photo(name);
  }

  private List<String> names(String key) {
    return strings(json.path(key));
  }

  private static List<String> strings(JsonNode node) {
    if (!node.isArray()) {
      return List.of(node.asText());
    }
    return StreamSupport.stream(node.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
