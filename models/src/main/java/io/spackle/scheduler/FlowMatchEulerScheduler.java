package io.spackle.scheduler;

import java.util.List;

/**
 * Euler steps along the straight path of rectified flow, x = (1 - sigma) clean + sigma gaussian,
 * whose levels move towards noise for larger images (Esser et al., "Scaling rectified flow
 * transformers for high-resolution image synthesis", section 5.3.2). Draws nothing.
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
    config.refuse(
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
  public int order() {
    return 1;
  }

  @Override
  public Run start(RunSpec spec) {
    float[] sigmas = sigmas(spec.steps(), factor(spec.imageTokens()));
    float[] timesteps = new float[spec.steps()];
    for (int i = 0; i < timesteps.length; i++) {
      timesteps[i] = sigmas[i] * trainingSteps;
    }
    return new SteppedRun(
        Levels.straight(timesteps, sigmas),
        spec.skippedSteps(),
        (output, i, sample, noise) ->
            Mix.of(1, sample).plus(sigmas[i + 1] - sigmas[i], output).tensor());
  }

  /** n even levels from 1 to 1/n, shifted, and 0. */
  private static float[] sigmas(int steps, float factor) {
    float[] sigmas = new float[steps + 1];
    for (int i = 0; i < steps; i++) {
      float even = (float) ((steps - i) / (double) steps);
      sigmas[i] = factor / (factor + (1 / even - 1));
    }
    return sigmas;
  }

  /** By how much the odds of noise against image are multiplied. */
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
