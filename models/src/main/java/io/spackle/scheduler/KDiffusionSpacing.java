package io.spackle.scheduler;

import java.util.Arrays;

/**
 * The step spacing of the samplers of k-diffusion (Euler, LMS, Heun, KDPM2): from the first to the
 * last training timestep, then to sigma 0.
 *
 * @param offset the key steps_offset
 * @param karras whether the spacing determines only the end levels, and those between are spaced as
 *     by Karras et al.
 */
record KDiffusionSpacing(
    NoiseSchedule schedule, TimestepSpacing spacing, int offset, boolean karras) {

  /**
   * The spacing of a configuration.
   *
   * @throws IllegalArgumentException if it selects another family of noise levels
   */
  static KDiffusionSpacing of(SchedulerConfig config, NoiseSchedule schedule) {
    config.reject("use_exponential_sigmas", "use_beta_sigmas", "sigma_min", "sigma_max");
    return new KDiffusionSpacing(
        schedule,
        TimestepSpacing.of(config, "linspace"),
        config.integer("steps_offset", 0),
        config.flag("use_karras_sigmas", false));
  }

  /** The schedule of {@code steps} steps; timesteps are fractional with Karras levels. */
  SigmaSchedule spread(int steps) {
    float[] table = schedule.sigmas();
    double[] timesteps = float32(spacing.points(steps, schedule.trainingSteps(), offset));
    double[] sigmas = SigmaSchedule.atTimesteps(timesteps, table);
    if (!karras) {
      return SigmaSchedule.of(timesteps, sigmas);
    }
    float[] logs = SigmaSchedule.logs(table);
    double[] warped = SigmaSchedule.karras(sigmas[0], sigmas[steps - 1], steps);
    return SigmaSchedule.of(
        Arrays.stream(warped).map(sigma -> SigmaSchedule.timestepOf(sigma, logs)).toArray(),
        warped);
  }

  /** As {@link #spread}, with integer timesteps for Karras levels too, as in KDPM2. */
  SigmaSchedule spreadRounded(int steps) {
    return karras ? spread(steps).rounded() : spread(steps);
  }

  /**
   * The factor from unit noise to a first sample: the first level, or the standard deviation of
   * noise plus an image of unit deviation where the schedule does not start at the noisiest level.
   */
  float initNoiseSigma(float[] sigmas) {
    float max = sigmas[0];
    return spacing == TimestepSpacing.LEADING ? (float) Math.sqrt(max * max + 1) : max;
  }

  /** The levels of a run with one model call per step. */
  Levels levels(SigmaSchedule run) {
    float[] sigmas = run.sigmas();
    return Levels.exploding(run.timesteps(), sigmas, sigmas, initNoiseSigma(sigmas));
  }

  /**
   * The levels of a run with a second model call between the levels of each step.
   *
   * @param middles the sigma of each step's second stage
   */
  Levels midpointLevels(SigmaSchedule run, float[] middles) {
    float[] sigmas = run.sigmas();
    float[] logs = SigmaSchedule.logs(schedule.sigmas());
    float[] between = new float[middles.length];
    for (int step = 0; step < middles.length; step++) {
      between[step] = (float) SigmaSchedule.timestepOf(middles[step], logs);
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

  /**
   * The index arithmetic of samplers that call the model twice per step, except in the last step.
   *
   * <p>Index 2k is the first stage of step k, index 2k + 1 its second stage. n steps have 2n - 1
   * indices; the level of index i is that of step (i + 1) / 2.
   */
  static final class TwoStage {

    private TwoStage() {}

    static boolean isFirst(int index) {
      return index % 2 == 0;
    }

    static int step(int index) {
      return index / 2;
    }

    /** Repeats the level or timestep of each step for its indices: a, b, b, c, c, ... */
    static float[] spread(float[] perStep, int length) {
      float[] spread = new float[length];
      for (int i = 0; i < length; i++) {
        spread[i] = perStep[(i + 1) / 2];
      }
      return spread;
    }

    /** Alternates first-stage and second-stage values: a, m, b, n, c. */
    static float[] interleave(float[] first, float[] second, int length) {
      float[] interleaved = new float[length];
      for (int i = 0; i < length; i++) {
        interleaved[i] = isFirst(i) ? first[step(i)] : second[step(i)];
      }
      return interleaved;
    }
  }

  /**
   * A step below the next noise level and back up with fresh noise, such that the variances add up
   * to the next level's (Song et al., "Denoising diffusion implicit models", equation 16 at eta 1,
   * in terms of sigma).
   *
   * @param down the level to step down to
   * @param up the standard deviation of the fresh noise
   */
  record AncestralStep(double down, double up) {

    static AncestralStep of(double from, double to) {
      return new AncestralStep(to * to / from, to * Math.sqrt(from * from - to * to) / from);
    }
  }
}
