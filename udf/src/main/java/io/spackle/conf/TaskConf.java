package io.spackle.conf;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.codec.DecodeLimits;
import io.spackle.family.Families;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.MaskReduction;
import io.spackle.lane.LaneSettings;
import io.spackle.model.DeviceChoice;
import io.spackle.safety.SafetyOptions;
import io.spackle.source.FetchSettings;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The part of a configuration that executors go by: {@code conf/reference.conf} says what each key
 * means.
 *
 * <p>Only what can be known without the model is checked here.
 *
 * @param image how images are framed and pasted back
 * @param limits of one init image or mask
 */
public record TaskConf(
    ModelConf model,
    SafetyConf safety,
    DefaultsConf defaults,
    FramingOptions image,
    FetchSettings fetch,
    DecodeLimits limits,
    LaneSettings lane) {

  /**
   * The model.
   *
   * @param family auto, or the family that the folder must hold
   * @param vae a folder with the autoencoder to use in place of its own, or null
   * @param revision for the record, or null
   * @param note a line about the model for whoever starts the job, or null
   * @param cache folder of each host for copies of models that lie elsewhere, or null
   * @param options set over its own configuration
   */
  public record ModelConf(
      String path,
      DeviceChoice device,
      String family,
      String vae,
      String revision,
      String note,
      String cache,
      BundleOptions options) {}

  /**
   * The safety checker.
   *
   * @param model {@link #OWN}, {@link #NONE} or the folder of one
   */
  public record SafetyConf(String model, SafetyOptions options) {

    /** The one that the model's folder holds, if any. */
    public static final String OWN = "auto";

    /** None, whatever rows ask for. */
    public static final String NONE = "none";
  }

  /** What rows get where they are silent; null means the model's own, or none. */
  public record DefaultsConf(
      Integer width,
      Integer height,
      int samples,
      Integer steps,
      Double guidanceScale,
      Double strength,
      String prompt,
      String negativePrompt,
      String scheduler,
      Boolean karrasSigmas,
      boolean enhancePrompt,
      String enhanceSuffix,
      boolean safetyChecker,
      Long seed) {}

  /** Reads its keys; it counts only if the reader has no problems afterwards. */
  public static TaskConf of(ConfReader reader) {
    return new TaskConf(
        model(reader),
        safety(reader),
        defaults(reader),
        image(reader),
        fetch(reader),
        limits(reader),
        lane(reader));
  }

  private static ModelConf model(ConfReader reader) {
    return new ModelConf(
        reader.location("model.path"),
        reader.choice("model.device", DeviceChoice.class),
        reader.oneOf("model.family", families()),
        reader.orNull("model.vae", reader::location),
        reader.orNull("model.revision", reader::text),
        reader.orNull("model.note", reader::text),
        reader.orNull("model.cache", reader::folder),
        new BundleOptions(
            reader.values("model.scheduler-config"),
            reader.orNull("model.max-sequence-length", key -> reader.integer(key, 2, 512)),
            reader.choice("prompt.syntax", PromptSyntax.class)));
  }

  private static List<String> families() {
    return Stream.concat(Stream.of("auto"), Stream.of(Families.values()).map(Families::configName))
        .toList();
  }

  private static SafetyConf safety(ConfReader reader) {
    String key = "safety.model";
    boolean isWord =
        reader.isSet(key) && (reader.is(key, SafetyConf.OWN) || reader.is(key, SafetyConf.NONE));
    return new SafetyConf(
        isWord ? reader.text(key) : reader.location(key),
        new SafetyOptions(reader.texts("safety.labels"), reader.number("safety.threshold", 0, 1)));
  }

  private static DefaultsConf defaults(ConfReader reader) {
    return new DefaultsConf(
        reader.orNull("defaults.width", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.orNull("defaults.height", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.integer("defaults.samples", 1, Integer.MAX_VALUE),
        reader.orNull(
            "defaults.num-inference-steps", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.orNull("defaults.guidance-scale", key -> reader.number(key, 0, 100)),
        reader.orNull("defaults.strength", key -> reader.number(key, Double.MIN_VALUE, 1)),
        reader.orNull("defaults.prompt", reader::anyText),
        reader.orNull("defaults.negative-prompt", reader::anyText),
        reader.orNull("defaults.scheduler", reader::text),
        reader.orNull("defaults.use-karras-sigmas", reader::flag),
        reader.flag("defaults.enhance-prompt"),
        reader.text("prompt.enhance-suffix"),
        reader.flag("defaults.safety-checker"),
        reader.orNull("defaults.seed", key -> reader.longInteger(key, 0, Long.MAX_VALUE)));
  }

  private static FramingOptions image(ConfReader reader) {
    boolean crop = reader.isSet("image.crop-padding") && !reader.is("image.crop-padding", "none");
    return new FramingOptions(
        reader.choice("image.resize", Resize.class),
        crop ? OptionalInt.of(pixels(reader, "image.crop-padding")) : OptionalInt.empty(),
        reader.choice("image.mask-reduce", MaskReduction.class),
        reader.flag("image.paste-back"),
        pixels(reader, "image.mask-blur"),
        pixels(reader, "image.mask-grow"),
        reader.flag("image.mask-invert"));
  }

  private static int pixels(ConfReader reader, String key) {
    return reader.integer(key, 0, 4096);
  }

  /** Reads the bounds of fetching. */
  public static FetchSettings fetch(ConfReader reader) {
    return new FetchSettings(
        reader.duration("fetch.timeout", Duration.ofMillis(1)),
        reader.bytes("fetch.max-bytes"),
        reader.integer("fetch.retries", 0, 20),
        reader.integer("fetch.per-host", 1, 1000),
        reader.texts("fetch.allow-hosts"),
        reader.locations("fetch.allow-files"),
        reader.texts("fetch.allow-private"));
  }

  /** Reads the limits of one image. */
  public static DecodeLimits limits(ConfReader reader) {
    DecodeLimits defaults = DecodeLimits.defaults();
    return new DecodeLimits(
        reader.longInteger("fetch.max-pixels", 1, Integer.MAX_VALUE),
        defaults.maxSide(),
        reader.colour("image.background"));
  }

  private static LaneSettings lane(ConfReader reader) {
    return new LaneSettings(
        reader.integer("batch.max-images", 1, 1024),
        reader.duration("batch.max-wait", Duration.ZERO),
        reader.integer("lane.threads", 1, 1024),
        reader.bytes("lane.queue-bytes"),
        reader.duration("lane.watchdog", Duration.ofSeconds(1)));
  }
}
