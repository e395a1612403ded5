package io.spackle.scheduler;

import java.util.Arrays;

/**
 * How the samplers that stem from k-diffusion (Euler, LMS, Heun, KDPM2) spread their steps: from
 * the first to the last training timestep, and from there to no noise at all.
 *
 * @param offset the key steps_offset
 * @param karras whether only the ends of the spacing count, and the levels between are Karras et
 *     al.'s
 */
record KDiffusionSpacing(
    NoiseSchedule schedule, TimestepSpacing spacing, int offset, boolean karras) {

  /**
   * The spacing of a configuration.
   *
   * @throws IllegalArgumentException if it asks for another family of noise levels
   */
  static KDiffusionSpacing of(SchedulerConfig config, NoiseSchedule schedule) {
    config.refuse("use_exponential_sigmas", "use_beta_sigmas", "sigma_min", "sigma_max");
    return new KDiffusionSpacing(
        schedule,
        TimestepSpacing.of(config, "linspace"),
        config.integer("steps_offset", 0),
        config.flag("use_karras_sigmas", false));
  }

  /** Timesteps and levels of {@code steps} steps; fractional timesteps where levels are warped. */
  SigmaSchedule spread(int steps) {
    float[] table = schedule.sigmas();
    double[] timesteps = float32(spacing.points(steps, schedule.trainingSteps(), offset));
    double[] sigmas = SigmaMath.atTimesteps(timesteps, table);
    if (!karras) {
      return SigmaSchedule.of(timesteps, sigmas);
    }
    float[] logs = SigmaMath.logs(table);
    double[] warped = SigmaMath.karras(sigmas[0], sigmas[steps - 1], steps);
    return SigmaSchedule.of(
        Arrays.stream(warped).map(sigma -> SigmaMath.timestepOf(sigma, logs)).toArray(), warped);
  }

  /** The same, but the timesteps of warped levels are rounded, as KDPM2 has them. */
  SigmaSchedule spreadRounded(int steps) {
    return karras ? spread(steps).rounded() : spread(steps);
  }

  /**
   * What unit noise is multiplied with to be a first sample: the first level, or the deviation of
   * noise plus an image of unit deviation where the schedule does not start at the very noisiest.
   */
  float initNoiseSigma(float[] sigmas) {
    float max = sigmas[0];
    return spacing == TimestepSpacing.LEADING ? (float) Math.sqrt(max * max + 1) : max;
  }

  /** The levels of a run that calls the model once per step. */
  Levels levels(SigmaSchedule run) {
    float[] sigmas = run.sigmas();
    return Levels.exploding(run.timesteps(), sigmas, sigmas, initNoiseSigma(sigmas));
  }

  /**
   * The levels of a run whose second stages call the model between two steps.
   *
   * @param middles the sigma of each step's second stage
   */
  Levels midpointLevels(SigmaSchedule run, float[] middles) {
    float[] sigmas = run.sigmas();
    float[] logs = SigmaMath.logs(schedule.sigmas());
    float[] between = new float[middles.length];
    for (int step = 0; step < middles.length; step++) {
      between[step] = (float) SigmaMath.timestepOf(middles[step], logs);
    }
    int calls = 2 * middles.length - 1;
    return Levels.exploding(
        TwoStage.interleave(run.timesteps(), between, calls),
        TwoStage.spread(sigmas, calls + 1),
        TwoStage.interleave(sigmas, middles, calls),
        initNoiseSigma(sigmas));
  }

  private static double[] float32(double[] values) {
    return Arrays.stream(values).map(value -> (float) value).toArray();
  }
}
