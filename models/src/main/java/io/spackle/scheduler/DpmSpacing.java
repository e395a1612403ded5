package io.spackle.scheduler;

import java.util.Arrays;

/**
 * The step spacing of the DPM-Solver family (DPM-Solver++, UniPC, DEIS): integer timesteps that end
 * above timestep 0.
 *
 * @param offset the key steps_offset
 */
record DpmSpacing(NoiseSchedule schedule, TimestepSpacing spacing, int offset, Warp warp) {

  /** The spacing of the noise levels between the highest and the lowest. */
  enum Warp {
    /** The noise levels of the timesteps. */
    NONE,
    KARRAS,
    LU;

    static Warp of(SchedulerConfig config) {
      if (config.flag("use_karras_sigmas", false)) {
        config.reject("use_lu_lambdas");
        return KARRAS;
      }
      return config.flag("use_lu_lambdas", false) ? LU : NONE;
    }
  }

  /**
   * The spacing of a configuration.
   *
   * @throws IllegalArgumentException if it selects another family of noise levels
   */
  static DpmSpacing of(SchedulerConfig config, NoiseSchedule schedule) {
    config.reject(
        "use_exponential_sigmas", "use_beta_sigmas", "use_flow_sigmas", "sigma_min", "sigma_max");
    return new DpmSpacing(
        schedule,
        TimestepSpacing.of(config, "linspace"),
        config.integer("steps_offset", 0),
        Warp.of(config));
  }

  /** This spacing with evenly spaced timesteps, for the class that supports no other. */
  DpmSpacing even() {
    return new DpmSpacing(schedule, TimestepSpacing.LINSPACE, 0, warp);
  }

  /** The schedule of {@code steps} steps, without the level after the last one. */
  SigmaSchedule spread(int steps) {
    float[] table = schedule.sigmas();
    float max = table[table.length - 1];
    return switch (warp) {
      case NONE -> {
        double[] timesteps = spacing.pointsAboveEnd(steps, schedule.trainingSteps(), offset);
        yield SigmaSchedule.of(timesteps, SigmaSchedule.atTimesteps(timesteps, table));
      }
      case KARRAS -> warped(SigmaSchedule.karras(max, table[0], steps), table);
      case LU -> warped(SigmaSchedule.lu(max, table[0], steps), table);
    };
  }

  /** The level of timestep 0, the lowest that the model was trained with. */
  float lowestSigma() {
    return schedule.sigmas()[0];
  }

  /** The level of the last step, or of timestep 0 where the spacing ends above it. */
  float lowestOf(SigmaSchedule run) {
    return warp == Warp.NONE ? lowestSigma() : run.sigmas()[run.sigmas().length - 1];
  }

  private static SigmaSchedule warped(double[] sigmas, float[] table) {
    float[] logs = SigmaSchedule.logs(table);
    return SigmaSchedule.of(
        Arrays.stream(sigmas)
            .map(sigma -> Math.rint(SigmaSchedule.timestepOf(sigma, logs)))
            .toArray(),
        sigmas);
  }
}
