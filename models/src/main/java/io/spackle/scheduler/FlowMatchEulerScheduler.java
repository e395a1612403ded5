package io.spackle.scheduler;

import java.util.List;

/**
 * Euler steps along the straight path of rectified flow, x = (1 - sigma) clean + sigma gaussian,
 * with levels shifted towards noise for larger images (Esser et al., "Scaling rectified flow
 * transformers for high-resolution image synthesis", section 5.3.2). Draws no noise.
 */
final class FlowMatchEulerScheduler implements Scheduler {

  private final int trainingSteps;
  private final boolean dynamic;
  private final float shift;
  private final double baseShift;
  private final double maxShift;
  private final int baseTokens;
  private final int maxTokens;

  FlowMatchEulerScheduler(SchedulerConfig config) {
    config.reject(
        "use_karras_sigmas",
        "use_exponential_sigmas",
        "use_beta_sigmas",
        "shift_terminal",
        "invert_sigmas",
        "stochastic_sampling");
    config.choice("time_shift_type", "exponential", List.of("exponential"));
    trainingSteps = config.integer("num_train_timesteps", 1000);
    dynamic = config.flag("use_dynamic_shifting", false);
    shift = (float) config.number("shift", 1);
    baseShift = config.number("base_shift", 0.5);
    maxShift = config.number("max_shift", 1.15);
    baseTokens = config.integer("base_image_seq_len", 256);
    maxTokens = config.integer("max_image_seq_len", 4096);
  }

  @Override
  public Run start(Run.Spec spec) {
    float[] sigmas = sigmas(spec.steps(), factor(spec.imageTokens()));
    float[] timesteps = new float[spec.steps()];
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = sigmas[i] * trainingSteps;
    }
    return new Run(
        Levels.straight(timesteps, sigmas),
        spec.skippedSteps(),
        (output, i, sample, noise) ->
            Mix.of(1, sample).plus(sigmas[i + 1] - sigmas[i], output).tensor());
  }

  /** n evenly spaced levels from 1 to 1/n, shifted, then 0. */
  private static float[] sigmas(int steps, float factor) {
    float[] sigmas = new float[steps + 1];
    for (int i = 0; i < steps; i++) {
      float even = (float) ((steps - i) / (double) steps);
      sigmas[i] = factor / (factor + (1 / even - 1));
    }
    return sigmas;
  }

  /** The factor by which the odds of noise against image are multiplied. */
  private float factor(int imageTokens) {
    if (!dynamic) {
      return shift;
    }
    if (imageTokens < 1) {
      throw new IllegalArgumentException(
          imageTokens + " image tokens, expected at least 1 since use_dynamic_shifting is true");
    }
    double slope = (maxShift - baseShift) / (maxTokens - baseTokens);
    return (float) Math.exp(imageTokens * slope + (baseShift - slope * baseTokens));
  }
}
