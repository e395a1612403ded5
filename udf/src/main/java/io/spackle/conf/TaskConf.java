package io.spackle.conf;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.MaskOptions;
import io.spackle.codec.MaskRule;
import io.spackle.codec.OutputFormat;
import io.spackle.codec.OutputOptions;
import io.spackle.codec.OutputOptions.Alpha;
import io.spackle.codec.OutputOptions.Colour;
import io.spackle.family.Families;
import io.spackle.family.ReferenceLayout;
import io.spackle.image.CropPadding;
import io.spackle.image.Extension;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Composite;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.MaskReduction;
import io.spackle.lane.LaneSettings;
import io.spackle.mask.MaskSettings;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.pipeline.ImageSettings;
import io.spackle.pipeline.ImageSettings.Fill;
import io.spackle.row.ReferenceContext;
import io.spackle.row.RowDefaults;
import io.spackle.safety.SafetyOptions;
import io.spackle.source.FetchSettings;
import io.spackle.source.ProxySetting;
import io.spackle.source.RequestHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The part of a configuration that executors use; {@code conf/reference.conf} documents the keys.
 *
 * <p>Only what is known without the model is checked here.
 */
public record TaskConf(
    ModelConf model,
    ChecksConf checks,
    DefaultsConf defaults,
    ImageSettings images,
    FetchSettings fetch,
    LaneSettings lane,
    MasksConf masks) {

  /** The key of the format of output images. */
  public static final String IMAGE_FORMAT = "output.image-format";

  /** The key of the quality of lossy output images. */
  public static final String QUALITY = "output.quality";

  private static final String RESIZE = "image.resize";
  private static final String CROP_PADDING = "image.crop-padding";

  /**
   * The model.
   *
   * @param path of the model folder: local or any Hadoop URI
   * @param vae a folder with the autoencoder that replaces the built-in one, or null
   * @param cache folder of each host for copies of remote models, or null for the default
   * @param device to run on
   * @param family auto, or the family that the model must be of
   * @param options override those of the model folder
   */
  public record ModelConf(
      String path,
      String vae,
      String cache,
      DeviceChoice device,
      String family,
      Labels labels,
      BundleOptions options) {}

  /**
   * Texts about the model that do not change what it computes.
   *
   * @param revision for the meta rows, or null
   * @param note a line printed when a job starts, or null
   */
  public record Labels(String revision, String note) {}

  /**
   * What generated images are checked for.
   *
   * @param quality what is measured of them
   */
  public record ChecksConf(SafetyConf safety, QualityConf quality) {}

  /**
   * The safety checker.
   *
   * @param model {@link #AUTO}, {@link #NONE} or the folder of a checker
   */
  public record SafetyConf(String model, SafetyOptions options) {

    /** The checker in the model's folder, if any. */
    public static final String AUTO = "auto";

    /** No checker, even for rows that ask for one. */
    public static final String NONE = "none";
  }

  /** The defaults of rows. */
  public record DefaultsConf(
      ParametersConf parameters,
      RowDefaults.Prompts prompts,
      Extension extension,
      boolean safetyChecker,
      Long seed,
      RowDefaults.References references,
      MaskDefaultsConf masks) {

    /** Whether rows may have no mask of their own. */
    public boolean haveMask() {
      return masks.areSet() || extension != null;
    }
  }

  /**
   * The mask of rows that have none; at most one of the two is set.
   *
   * @param from names as rows give them, or null
   * @param image the location of a file, or null
   */
  public record MaskDefaultsConf(String from, String image) {

    /** Whether one is set. */
    public boolean areSet() {
      return from != null || image != null;
    }
  }

  /** Reads the keys; the result is valid only if the reader has no problems afterwards. */
  public static TaskConf of(ConfReader reader) {
    return of(reader, FramingOptions.defaults().resize());
  }

  /**
   * Reads the keys of a job.
   *
   * @param resize how init images are fitted if the key is not set
   */
  public static TaskConf of(ConfReader reader, Resize resize) {
    return new TaskConf(
        model(reader),
        new ChecksConf(safety(reader), QualityConf.of(reader)),
        defaults(reader),
        images(reader, resize),
        fetch(reader),
        lane(reader),
        MasksConf.of(reader));
  }

  /** The same, with more folders whose files may be read. */
  public TaskConf allowing(List<String> folders) {
    return new TaskConf(model, checks, defaults, images, fetch.allowing(folders), lane, masks);
  }

  private static ModelConf model(ConfReader reader) {
    return new ModelConf(
        reader.location("model.path"),
        reader.orNull("model.vae", reader::location),
        reader.orNull("model.cache", reader::folder),
        reader.choice("model.device", DeviceChoice.class),
        reader.oneOf("model.family", families()),
        new Labels(
            reader.orNull("model.revision", reader::text),
            reader.orNull("model.note", reader::text)),
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
        reader.isSet(key) && (reader.is(key, SafetyConf.AUTO) || reader.is(key, SafetyConf.NONE));
    return new SafetyConf(
        isWord ? reader.text(key) : reader.location(key),
        new SafetyOptions(reader.texts("safety.labels"), reader.number("safety.threshold", 0, 1)));
  }

  private static DefaultsConf defaults(ConfReader reader) {
    return new DefaultsConf(
        ParametersConf.of(reader),
        new RowDefaults.Prompts(
            reader.orNull("defaults.prompt", reader::anyText),
            reader.orNull("defaults.negative-prompt", reader::anyText),
            reader.flag("defaults.enhance-prompt"),
            reader.text("prompt.enhance-suffix")),
        reader.orNull("image.extend", key -> reader.parsed(key, Extension.EXPECTED, Extension::of)),
        reader.flag("defaults.safety-checker"),
        seed(reader),
        references(reader),
        masks(reader));
  }

  private static RowDefaults.References references(ConfReader reader) {
    return new RowDefaults.References(
        new ReferenceContext(
            reader.choice("reference.layout", ReferenceLayout.class),
            reader.text("reference.prompt")),
        reader.flag("reference.required"));
  }

  private static MaskDefaultsConf masks(ConfReader reader) {
    String from = reader.orNull("defaults.mask-from", reader::text);
    String image = reader.orNull("defaults.mask-image", reader::location);
    if (from != null && image != null) {
      reader.problem("defaults.mask-from", "is set, and so is mask-image: expected one of them");
    }
    return new MaskDefaultsConf(from, image);
  }

  /** Null for -1, which stands for none in other tools. */
  private static Long seed(ConfReader reader) {
    Long seed = reader.orNull("defaults.seed", key -> reader.longInteger(key, -1, Long.MAX_VALUE));
    return seed == null || seed < 0 ? null : seed;
  }

  private static ImageSettings images(ConfReader reader, Resize resize) {
    return new ImageSettings(
        limits(reader),
        reader.colour("reference.background"),
        framing(reader, resize),
        output(reader),
        reader.choice("image.fill", Fill.class),
        reader.integer("image.extend-overlap", 0, 64),
        MarkingConf.of(reader),
        MaskSettings.NONE); // resolved with the segmenters' folders
  }

  private static OutputOptions output(ConfReader reader) {
    return new OutputOptions(
        reader.choice(IMAGE_FORMAT, OutputFormat.class),
        reader.integer(QUALITY, 1, 100),
        reader.choice("image.alpha", Alpha.class),
        reader.choice("image.colour", Colour.class));
  }

  private static FramingOptions framing(ConfReader reader, Resize resize) {
    return new FramingOptions(
        reader.isSet(RESIZE) ? reader.choice(RESIZE, Resize.class) : resize,
        cropPadding(reader),
        reader.choice("image.mask-reduce", MaskReduction.class),
        reader.flag("image.paste-back"),
        pixels(reader, "image.mask-blur"),
        pixels(reader, "image.mask-grow"),
        composite(reader));
  }

  private static CropPadding cropPadding(ConfReader reader) {
    if (!reader.isSet(CROP_PADDING) || reader.is(CROP_PADDING, "none")) {
      return CropPadding.NONE;
    }
    return reader.is(CROP_PADDING, "auto")
        ? CropPadding.AUTO
        : CropPadding.of(pixels(reader, CROP_PADDING));
  }

  private static Composite composite(ConfReader reader) {
    String composite = reader.oneOf("image.composite", List.of("paste", "matte", "recolour"));
    boolean keepsShadow = reader.oneOf("image.shadow", List.of("drop", "keep")).equals("keep");
    if (!composite.equals("paste") && !reader.flag("image.paste-back")) {
      reader.problem(
          "image.composite", "is %s, which needs image.paste-back = true".formatted(composite));
    }
    if (keepsShadow && !composite.equals("matte")) {
      reader.problem("image.shadow", "is keep, which needs image.composite = matte");
    }
    return keepsShadow
        ? Composite.MATTE_WITH_SHADOW
        : Composite.valueOf(composite.toUpperCase(Locale.ROOT));
  }

  private static int pixels(ConfReader reader, String key) {
    return reader.integer(key, 0, 4096);
  }

  /** Reads the settings of fetching. */
  public static FetchSettings fetch(ConfReader reader) {
    return new FetchSettings(
        reader.duration("fetch.timeout", Duration.ofMillis(1)),
        reader.bytes("fetch.max-bytes"),
        reader.integer("fetch.retries", 0, 20),
        reader.integer("fetch.per-host", 1, 1000),
        new FetchSettings.AllowLists(
            reader.texts("fetch.allow-hosts"),
            reader.locations("fetch.allow-files"),
            reader.texts("fetch.allow-private")),
        requests(reader));
  }

  private static FetchSettings.RequestSettings requests(ConfReader reader) {
    RequestHeaders headers = reader.secrets("fetch.headers", RequestHeaders::new);
    ProxySetting proxy =
        reader.orNull(
            "fetch.proxy", key -> reader.secret(key, ProxySetting::of, ProxySetting::isSecret));
    return new FetchSettings.RequestSettings(
        headers,
        reader.orNull("fetch.user-agent", reader::headerText),
        proxy == null ? ProxySetting.AUTOMATIC : proxy);
  }

  /** Reads the limits of an input image, and how masks are read. */
  public static DecodeLimits limits(ConfReader reader) {
    DecodeLimits defaults = DecodeLimits.defaults();
    return new DecodeLimits(
        reader.longInteger("fetch.max-pixels", 1, Integer.MAX_VALUE),
        defaults.maxSide(),
        reader.colour("image.background"),
        new MaskOptions(
            reader.choice("image.mask-rule", MaskRule.class),
            reader.flag("image.mask-strict"),
            reader.flag("image.mask-invert")));
  }

  private static LaneSettings lane(ConfReader reader) {
    return new LaneSettings(
        reader.integer("batch.max-images", 1, 1024),
        reader.duration("batch.max-wait", Duration.ZERO),
        reader.integer("lane.threads", 1, 1024),
        reader.orNull("lane.queue-bytes", reader::bytes),
        reader.duration("lane.watchdog", Duration.ofSeconds(1)));
  }
}
