package io.spackle.conf;

import io.spackle.bundle.BundleOptions;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.MaskOptions;
import io.spackle.codec.OutputOptions;
import io.spackle.conf.TaskConf.SafetyConf;
import io.spackle.family.BuiltInModel;
import io.spackle.family.ModelTraits;
import io.spackle.image.FramingOptions;
import io.spackle.pipeline.ImageSettings;
import io.spackle.pipeline.ImageSettings.Fill;
import io.spackle.pipeline.QualitySettings;
import io.spackle.provenance.MarkingOptions;
import io.spackle.quality.QualityThresholds;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ReferenceContext;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowReader.SafetyPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The digest of everything but the rows that determines images: the model and the configuration.
 * Every row key contains it, so that equal keys mean equal images.
 *
 * <p>It hashes an explicit list of names and values. A parameter is included only if it differs
 * from its default, so that a new parameter does not change the keys of finished rows. Changing or
 * removing an entry does change them: it requires a new {@link #VERSION} and a changelog entry.
 */
final class JobDigest {

  static final int VERSION = 3;

  /** The defaults of {@code conf/reference.conf}; a test compares them. */
  private static final String ENHANCE_SUFFIX =
      "highly detailed, sharp focus, natural light, professional photograph";

  private static final List<String> SAFETY_LABELS = List.of("nsfw");
  private static final double SAFETY_THRESHOLD = 0.5;
  private static final int EXTEND_OVERLAP = 4;
  private static final int WHITE = 0xFFFFFF;

  private final StringBuilder content = new StringBuilder("version " + VERSION);

  private JobDigest() {}

  static String of(ResolvedConf resolved) {
    JobDigest digest = new JobDigest();
    digest.addModel(resolved.model(), resolved.conf().model().options());
    digest.addSafety(resolved.model().safety(), resolved.conf().checks().safety());
    digest.addDefaults(resolved.defaults(), resolved.model().traits());
    digest.add("defaults.mask-from", resolved.conf().defaults().masks().from(), null);
    digest.add("defaults.mask-image", resolved.masks().sharedDigest(), null);
    ImageSettings images = resolved.conf().images();
    digest.addFraming(images.framing());
    digest.addMasks(images.limits().masks());
    digest.add(
        "image.background", images.limits().background(), DecodeLimits.defaults().background());
    digest.add("image.extend", resolved.defaults().extension(), null);
    digest.add("image.extend-overlap", images.extendOverlap(), EXTEND_OVERLAP);
    digest.addReferences(resolved.conf().defaults().references().context(), images);
    if (images.fill() == Fill.PATCHMATCH) {
      digest.add("image.fill", BuiltInModel.PATCHMATCH.digest(), null);
    } else {
      digest.add("image.fill", images.fill().name(), Fill.INIT.name());
    }
    resolved.masks().digests().forEach((name, entry) -> digest.add("masks." + name, entry, null));
    digest.addOutput(images.output());
    digest.addMarking(resolved.conf().images().marking());
    digest.addRetries(resolved.quality());
    return UUID.nameUUIDFromBytes(digest.content.toString().getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  private void addModel(ModelInfo model, BundleOptions options) {
    add("model", model.digest(), null);
    new TreeMap<>(options.schedulerConfig())
        .forEach((key, value) -> add("model.scheduler-config." + key, value, null));
    add("model.max-sequence-length", options.textLength(), null);
    add("prompt.syntax", options.promptSyntax().name(), "A1111");
  }

  private void addSafety(SafetyInfo safety, SafetyConf conf) {
    add("safety", safety.policy().name(), SafetyPolicy.ABSENT.name());
    if (safety.folder() != null) {
      add("safety.model", safety.folder().digest(), null);
      add("safety.labels", conf.options().labels(), SAFETY_LABELS);
      add("safety.threshold", conf.options().threshold(), SAFETY_THRESHOLD);
    }
  }

  private void addDefaults(RowDefaults rows, ModelTraits traits) {
    GenerationParameters parameters = rows.parameters();
    ModelTraits.Defaults model = traits.defaults();
    add("defaults.width", parameters.width(), traits.sizes().nativeSide());
    add("defaults.height", parameters.height(), traits.sizes().nativeSide());
    add("defaults.samples", parameters.samples(), 1);
    add("defaults.num-inference-steps", parameters.steps(), model.steps());
    add("defaults.guidance-scale", parameters.guidance().scale(), model.guidanceScale());
    add("defaults.guidance-start", parameters.guidance().start(), 0.0);
    add("defaults.guidance-end", parameters.guidance().end(), 1.0);
    add("defaults.strength", parameters.strength(), model.strength());
    add("defaults.scheduler", parameters.scheduler().algorithm(), model.scheduler());
    add("defaults.use-karras-sigmas", parameters.scheduler().karrasSigmas(), null);
    add("defaults.prompt", rows.prompts().prompt(), null);
    add("defaults.negative-prompt", rows.prompts().negativePrompt(), null);
    add("defaults.enhance-prompt", rows.prompts().enhance(), false);
    add("prompt.enhance-suffix", rows.prompts().enhanceSuffix(), ENHANCE_SUFFIX);
    add("defaults.safety-checker", rows.safetyChecker(), false);
    add("defaults.seed", rows.seed(), null);
  }

  private void addFraming(FramingOptions image) {
    FramingOptions defaults = FramingOptions.defaults();
    add("image.resize", image.resize().name(), defaults.resize().name());
    switch (image.cropPadding().kind()) {
      case NONE -> {}
      case AUTO -> add("image.crop-padding", "auto", null);
      case PIXELS -> add("image.crop-padding", image.cropPadding().pixels(), null);
    }
    add("image.mask-reduce", image.maskReduction().name(), defaults.maskReduction().name());
    add("image.paste-back", image.pasteBack(), defaults.pasteBack());
    add("image.mask-blur", image.maskBlur(), defaults.maskBlur());
    add("image.composite", image.composite().name(), defaults.composite().name());
    add("image.mask-grow", image.maskGrow(), defaults.maskGrow());
  }

  /** {@code reference.required} decides whether a row fails, not what its images are. */
  private void addReferences(ReferenceContext context, ImageSettings images) {
    if (!context.isNone()) {
      add("reference.layout", context.layout().name(), null);
      add("reference.prompt", context.template(), ReferenceContext.PROMPT);
    }
    add("reference.background", images.referenceBackground(), WHITE);
  }

  /** {@code image.mask-strict} decides whether a row fails, not what its images are. */
  private void addMasks(MaskOptions masks) {
    MaskOptions defaults = MaskOptions.defaults();
    add("image.mask-invert", masks.invert(), defaults.invert());
    add("image.mask-rule", masks.rule().name(), defaults.rule().name());
  }

  private void addOutput(OutputOptions output) {
    OutputOptions defaults = OutputOptions.defaults();
    add("output.image-format", output.format().name(), defaults.format().name());
    add("output.quality", output.quality(), defaults.quality());
    add("image.alpha", output.alpha().name(), defaults.alpha().name());
    add("image.colour", output.colour().name(), defaults.colour().name());
  }

  /** The credentials do not count: signed anew, an image stays the same. */
  private void addMarking(MarkingOptions marking) {
    MarkingOptions defaults = MarkingOptions.defaults();
    add("output.metadata", marking.kept().name(), defaults.kept().name());
    add("output.provenance", marking.mark().name(), defaults.mark().name());
  }

  /** Without retries, quality is only measured and noted. */
  private void addRetries(QualitySettings quality) {
    if (quality.retries() > 0) {
      QualityThresholds thresholds = quality.thresholds();
      add("quality.retries", quality.retries(), null);
      add("quality.max-seam", thresholds.maxSeam(), null);
      add("quality.min-sharpness", thresholds.minSharpness(), null);
      add("quality.max-exposure", thresholds.maxExposure(), null);
      add("quality.max-colour", thresholds.maxColour(), null);
      add("quality.min-score", thresholds.minScore(), null);
      if (thresholds.minScore() != null) {
        add("quality.scorer", quality.scorer().folder().digest(), null);
        add("quality.scorer-label", quality.scorer().label(), null);
      }
    }
  }

  /** The length keeps a value from being read as the start of the next one. */
  private void add(String name, Object value, Object byDefault) {
    if (!Objects.equals(value, byDefault)) {
      String text = String.valueOf(value);
      content.append('\n').append(name).append('=').append(text.length()).append(':').append(text);
    }
  }
}
