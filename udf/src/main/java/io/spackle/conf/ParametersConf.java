package io.spackle.conf;

import io.spackle.family.SchedulerChoice;
import io.spackle.row.Bounds;
import io.spackle.row.GenerationParameters;
import java.util.function.Function;

/** The configured part of {@link GenerationParameters}; null means the model's default. */
public record ParametersConf(
    Integer width,
    Integer height,
    int samples,
    Integer steps,
    GuidanceConf guidance,
    Double strength,
    SchedulerChoice scheduler) {

  private static final String GUIDANCE_START = "defaults.guidance-start";

  /**
   * The configured part of the guidance.
   *
   * @param scale weight of the prompt, or null for the model's default
   * @param start the share of the steps before the first guided one
   * @param end the share of the steps up to the last guided one
   */
  public record GuidanceConf(Double scale, double start, double end) {

    boolean isInterval() {
      return start < end;
    }
  }

  static ParametersConf of(ConfReader reader) {
    Function<String, Integer> count = key -> reader.integer(key, 1, Integer.MAX_VALUE);
    return new ParametersConf(
        reader.orNull("defaults.width", count),
        reader.orNull("defaults.height", count),
        count.apply("defaults.samples"),
        reader.orNull("defaults.num-inference-steps", count),
        guidance(reader),
        reader.orNull("defaults.strength", reader::fraction),
        new SchedulerChoice(
            reader.orNull("defaults.scheduler", reader::text),
            reader.orNull("defaults.use-karras-sigmas", reader::flag)));
  }

  private static GuidanceConf guidance(ConfReader reader) {
    GuidanceConf guidance =
        new GuidanceConf(
            reader.orNull("defaults.guidance-scale", key -> reader.number(key, 0, 100)),
            reader.number(GUIDANCE_START, 0, 1),
            reader.number("defaults.guidance-end", 0, 1));
    if (!guidance.isInterval()) {
      reader.problem(
          GUIDANCE_START,
          "is %s, expected a number below guidance-end, which is %s"
              .formatted(Bounds.plain(guidance.start()), Bounds.plain(guidance.end())));
    }
    return guidance;
  }
}
