package io.spackle.conf;

import io.spackle.conf.TaskConf.DefaultsConf;
import io.spackle.family.Limits;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import io.spackle.row.RowDefaults;
import io.spackle.scheduler.Schedulers;
import java.util.Objects;

/** What the configuration leaves open, filled in by the model and checked against its limits. */
public final class ResolvedDefaults {

  private ResolvedDefaults() {}

  /** The defaults of rows; they count only if no problem was added. */
  public static RowDefaults of(DefaultsConf conf, ModelTraits traits, Problems problems) {
    RowDefaults defaults =
        new RowDefaults(
            or(conf.width(), traits.sizes().nativeSide()),
            or(conf.height(), traits.sizes().nativeSide()),
            conf.samples(),
            or(conf.steps(), traits.defaults().steps()),
            or(conf.guidanceScale(), traits.defaults().guidanceScale()),
            or(conf.strength(), traits.defaults().strength()),
            conf.prompt(),
            conf.negativePrompt(),
            conf.enhancePrompt(),
            conf.enhanceSuffix(),
            conf.safetyChecker(),
            conf.seed(),
            new SchedulerChoice(
                scheduler(conf.scheduler(), traits, problems), conf.karrasSigmas()));
    check(defaults, traits, problems);
    return defaults;
  }

  private static void check(RowDefaults defaults, ModelTraits traits, Problems problems) {
    Limits limits = traits.limits();
    check("width", defaults.width(), limits.minSide(), limits.maxLongSide(), problems);
    check("height", defaults.height(), limits.minSide(), limits.maxLongSide(), problems);
    check("samples", defaults.samples(), 1, limits.maxSamples(), problems);
    check("num-inference-steps", defaults.steps(), 1, limits.maxSteps(), problems);
    double guidance = defaults.guidanceScale();
    check(
        "guidance-scale", guidance, limits.minGuidanceScale(), limits.maxGuidanceScale(), problems);
    if (Math.min(defaults.width(), defaults.height()) > limits.maxShortSide()) {
      problems.add(
          "spackle.defaults.width x height is %d x %d, expected at most %d on the shorter side"
              .formatted(defaults.width(), defaults.height(), limits.maxShortSide()));
    }
  }

  /** The full name of the algorithm: the model's own, or another that the model can use. */
  private static String scheduler(String name, ModelTraits traits, Problems problems) {
    if (name == null) {
      return traits.defaults().scheduler();
    }
    try {
      String known = Schedulers.of(name).className();
      if (traits.schedulers().contains(known)) {
        return known;
      }
    } catch (IllegalArgumentException e) {
      // Told below, with those of this family.
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
          "spackle.defaults.%s is %s, expected %s to %s for this model"
              .formatted(key, value, min, max));
    }
  }

  private static <T> T or(T value, T otherwise) {
    return Objects.requireNonNullElse(value, otherwise);
  }
}
