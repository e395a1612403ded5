package io.spackle.conf;

import io.spackle.conf.ParametersConf.GuidanceConf;
import io.spackle.conf.TaskConf.DefaultsConf;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.Limits;
import io.spackle.family.Limits.GuidanceLimits;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import io.spackle.row.Bounds;
import io.spackle.row.GenerationParameters;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowDefaults.References;
import io.spackle.scheduler.Schedulers;
import java.util.Locale;
import java.util.Objects;

/** Row defaults: the configuration's, completed from the model and checked against its limits. */
public final class ResolvedDefaults {

  private ResolvedDefaults() {}

  /** The defaults of rows, valid only if no problem was added. */
  public static RowDefaults of(
      DefaultsConf conf, RowDefaults.Masks masks, ModelTraits traits, Problems problems) {
    ParametersConf given = conf.parameters();
    GenerationParameters parameters =
        new GenerationParameters(
            side(given.width(), traits.sizes()),
            side(given.height(), traits.sizes()),
            given.samples(),
            or(given.steps(), traits.defaults().steps()),
            guidance(given.guidance(), traits),
            or(given.strength(), traits.defaults().strength()),
            new SchedulerChoice(
                algorithm(given.scheduler().algorithm(), traits, problems),
                given.scheduler().karrasSigmas()));
    if (!traits.sizes().areOfImage()) {
      checkSides(parameters, traits.limits(), problems);
    }
    check(parameters, traits.limits(), problems);
    checkReferences(conf.references(), traits, problems);
    return new RowDefaults(
        parameters,
        conf.prompts(),
        conf.extension(),
        conf.safetyChecker(),
        conf.seed(),
        conf.references(),
        masks);
  }

  private static void checkReferences(References conf, ModelTraits traits, Problems problems) {
    if (!conf.context().isNone() && traits.erases()) {
      problems.add(
          "spackle.reference.layout is %s, expected none: models of the family %s take no reference image"
              .formatted(conf.context().layout().name().toLowerCase(Locale.ROOT), traits.family()));
    }
    if (conf.required() && conf.context().isNone() && traits.takesReferenceInContext()) {
      problems.add(
          "spackle.reference.required is true, but rows have no reference image with spackle.reference.layout = none: set it to left or below");
    }
  }

  /** Bounds that are no interval are reported when the configuration is read. */
  private static GuidanceSchedule guidance(GuidanceConf given, ModelTraits traits) {
    double scale = or(given.scale(), traits.defaults().guidanceScale());
    return given.isInterval()
        ? new GuidanceSchedule(scale, given.start(), given.end())
        : GuidanceSchedule.of(scale);
  }

  private static int side(Integer given, ModelTraits.Sizes sizes) {
    return sizes.areOfImage() ? GenerationParameters.SIDE_OF_IMAGE : or(given, sizes.nativeSide());
  }

  private static void check(GenerationParameters defaults, Limits limits, Problems problems) {
    check("samples", defaults.samples(), 1, limits.maxSamples(), problems);
    check("num-inference-steps", defaults.steps(), 1, limits.maxSteps(), problems);
    GuidanceLimits guidance = limits.guidance();
    check("guidance-scale", defaults.guidance().scale(), guidance.min(), guidance.max(), problems);
  }

  private static void checkSides(GenerationParameters defaults, Limits limits, Problems problems) {
    check("width", defaults.width(), limits.minSide(), limits.maxLongSide(), problems);
    check("height", defaults.height(), limits.minSide(), limits.maxLongSide(), problems);
    if (Math.min(defaults.width(), defaults.height()) > limits.maxShortSide()) {
      problems.add(
          "spackle.defaults.width x height is %d x %d, expected at most %d on the shorter side"
              .formatted(defaults.width(), defaults.height(), limits.maxShortSide()));
    }
  }

  /** The full name of the algorithm: the model's default, or another that the model supports. */
  private static String algorithm(String name, ModelTraits traits, Problems problems) {
    if (name == null) {
      return traits.defaults().scheduler();
    }
    try {
      String known = Schedulers.of(name).className();
      if (traits.schedulers().contains(known)) {
        return known;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the schedulers of this family.
    }
    problems.add(
        "spackle.defaults.scheduler is %s, expected one of %s"
            .formatted(name, String.join(", ", traits.schedulers())));
    return traits.defaults().scheduler();
  }

  private static <N extends Number> void check(
      String key, N value, N min, N max, Problems problems) {
    if (value.doubleValue() < min.doubleValue() || value.doubleValue() > max.doubleValue()) {
      problems.add(
          "spackle.defaults.%s is %s, expected a number %s for this model"
              .formatted(key, Bounds.plain(value), Bounds.of(min, max)));
    }
  }

  private static <T> T or(T value, T defaultValue) {
    return Objects.requireNonNullElse(value, defaultValue);
  }
}
