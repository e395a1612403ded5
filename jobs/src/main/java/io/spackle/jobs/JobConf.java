package io.spackle.jobs;

import io.spackle.family.Families;
import io.spackle.graph.BundleOptions;
import io.spackle.graph.PromptSyntax;
import io.spackle.image.DecodeLimits;
import io.spackle.image.FramingOptions;
import io.spackle.image.ImageFormat;
import io.spackle.image.MaskReduction;
import io.spackle.image.Resize;
import io.spackle.row.ErrorCode;
import io.spackle.row.Shown;
import io.spackle.safety.SafetyOptions;
import io.spackle.source.FetchSettings;
import io.spackle.stage.DeviceChoice;
import io.spackle.stage.StageSettings.Batching;
import io.spackle.webhook.WebhookSecret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The configuration of a job, checked: {@code conf/reference.conf} says what each key means.
 *
 * <p>Only what can be known without the model and the manifest is checked here.
 *
 * @param image how pictures are framed and pasted back
 * @param limits of one init image or mask
 * @param maxFailedShare of the rows of a run, above which it ends with {@link ExitCode#FAILURES}
 * @param hadoop options of Hadoop's file systems
 */
record JobConf(
    ManifestConf manifest,
    OutputConf output,
    ModelConf model,
    SafetyConf safety,
    DefaultsConf defaults,
    FramingOptions image,
    FetchSettings fetch,
    DecodeLimits limits,
    Batching batching,
    ReportConf report,
    WebhookConf webhook,
    double maxFailedShare,
    HadoopOptions hadoop) {

  /** The object that holds every key. */
  static final String ROOT = "spackle";

  /**
   * Where the rows are.
   *
   * @param format auto, csv, jsonl, parquet or a Spark source
   * @param base folder of relative picture locations, or null: those rows fail
   * @param options for Spark's reader
   */
  record ManifestConf(String path, String format, String base, Map<String, String> options) {

    /** The path without secrets. */
    String shown() {
      return Shown.redacted(path);
    }
  }

  /** What happens to an output folder that holds a run already. */
  enum Mode {
    RESUME,
    OVERWRITE,
    FAIL_IF_EXISTS
  }

  /**
   * Where results go.
   *
   * @param rowsPerFile rows of one task and one meta file, at most; approximate
   * @param retryCodes of failed rows that are done again
   * @param claimTimeout how long a driver may be silent until another run may take over
   */
  record OutputConf(
      String path,
      ImageFormat imageFormat,
      Mode mode,
      Set<ErrorCode> retryCodes,
      int rowsPerFile,
      Duration claimTimeout) {}

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
  record ModelConf(
      String path,
      DeviceChoice device,
      String family,
      String vae,
      String revision,
      String note,
      String cache,
      BundleOptions options) {}

  /**
   * The page at the end of a run.
   *
   * @param maxPictures that it shows, at most
   */
  record ReportConf(boolean enabled, int maxPictures) {

    /** Of the rows, those that keep a small picture. */
    double share(long rows) {
      return enabled ? Math.min(1, (double) maxPictures / Math.max(1, rows)) : 0;
    }
  }

  /**
   * How webhooks are called.
   *
   * @param secret to sign with, or null
   * @param timeout of one try
   */
  record WebhookConf(WebhookSecret secret, Duration timeout, int retries) {}

  /**
   * The safety checker.
   *
   * @param model {@link #OWN}, {@link #NONE} or the folder of one
   */
  record SafetyConf(String model, SafetyOptions options) {

    /** The one that the model's folder holds, if any. */
    static final String OWN = "auto";

    /** None, whatever rows ask for. */
    static final String NONE = "none";
  }

  /** What rows get where they are silent; null means the model's own, or none. */
  record DefaultsConf(
      Integer width,
      Integer height,
      int samples,
      Integer steps,
      Double guidanceScale,
      Double strength,
      String negativePrompt,
      String scheduler,
      Boolean karrasSigmas,
      boolean enhancePrompt,
      String enhanceSuffix,
      boolean safetyChecker,
      Long seed) {}

  /** Reads every key; it counts only if the reader has no problems afterwards. */
  static JobConf of(ConfReader reader) {
    return new JobConf(
        manifest(reader),
        output(reader),
        model(reader),
        safety(reader),
        defaults(reader),
        image(reader),
        fetch(reader),
        limits(reader),
        batching(reader),
        report(reader),
        webhook(reader),
        reader.number("failures.max-share", 0, 1),
        new HadoopOptions(reader.options("hadoop.options")));
  }

  private static ManifestConf manifest(ConfReader reader) {
    return new ManifestConf(
        reader.location("manifest.path"),
        reader.text("manifest.format"),
        reader.orNull("manifest.base", reader::location),
        reader.options("manifest.options"));
  }

  private static OutputConf output(ConfReader reader) {
    return new OutputConf(
        reader.location("output.path"),
        reader.choice("output.image-format", ImageFormat.class),
        reader.choice("output.mode", Mode.class),
        reader.constants("output.retry-codes", ErrorCode.class),
        reader.integer("output.rows-per-file", 1, Integer.MAX_VALUE),
        reader.duration("output.claim-timeout", Duration.ofSeconds(1)));
  }

  static ModelConf model(ConfReader reader) {
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

  static SafetyConf safety(ConfReader reader) {
    String key = "safety.model";
    boolean isWord =
        reader.isSet(key) && (reader.is(key, SafetyConf.OWN) || reader.is(key, SafetyConf.NONE));
    return new SafetyConf(
        isWord ? reader.text(key) : reader.location(key),
        new SafetyOptions(reader.texts("safety.labels"), reader.number("safety.threshold", 0, 1)));
  }

  static DefaultsConf defaults(ConfReader reader) {
    return new DefaultsConf(
        reader.orNull("defaults.width", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.orNull("defaults.height", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.integer("defaults.samples", 1, Integer.MAX_VALUE),
        reader.orNull(
            "defaults.num-inference-steps", key -> reader.integer(key, 1, Integer.MAX_VALUE)),
        reader.orNull("defaults.guidance-scale", key -> reader.number(key, 0, 100)),
        reader.orNull("defaults.strength", key -> reader.number(key, Double.MIN_VALUE, 1)),
        reader.orNull("defaults.negative-prompt", reader::anyText),
        reader.orNull("defaults.scheduler", reader::text),
        reader.orNull("defaults.use-karras-sigmas", reader::flag),
        reader.flag("defaults.enhance-prompt"),
        reader.text("prompt.enhance-suffix"),
        reader.flag("defaults.safety-checker"),
        reader.orNull("defaults.seed", key -> reader.longInteger(key, 0, Long.MAX_VALUE)));
  }

  static FramingOptions image(ConfReader reader) {
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

  private static FetchSettings fetch(ConfReader reader) {
    return new FetchSettings(
        reader.duration("fetch.timeout", Duration.ofMillis(1)),
        reader.bytes("fetch.max-bytes"),
        reader.integer("fetch.retries", 0, 20),
        reader.integer("fetch.per-host", 1, 1000),
        reader.texts("fetch.allow-hosts"),
        reader.locations("fetch.allow-files"),
        reader.texts("fetch.allow-private"));
  }

  static DecodeLimits limits(ConfReader reader) {
    DecodeLimits defaults = DecodeLimits.defaults();
    return new DecodeLimits(
        reader.longInteger("fetch.max-pixels", 1, Integer.MAX_VALUE),
        defaults.maxSide(),
        reader.colour("image.background"));
  }

  private static Batching batching(ConfReader reader) {
    return new Batching(
        reader.integer("batch.max-images", 1, 1024),
        reader.duration("batch.max-wait", Duration.ZERO),
        reader.integer("lane.threads", 1, 1024),
        reader.bytes("lane.queue-bytes"),
        reader.duration("lane.watchdog", Duration.ofSeconds(1)));
  }

  private static ReportConf report(ConfReader reader) {
    return new ReportConf(
        reader.flag("report.enabled"), reader.integer("report.max-pictures", 0, 5000));
  }

  private static WebhookConf webhook(ConfReader reader) {
    return new WebhookConf(
        reader.orNull("webhook.secret", key -> reader.secret(key, WebhookSecret::new)),
        reader.duration("webhook.timeout", Duration.ofMillis(1)),
        reader.integer("webhook.retries", 0, 20));
  }
}
