package io.spackle.scheduler;

import java.util.Arrays;

/**
 * How the DPM-Solver family (DPM-Solver++, UniPC, DEIS) spreads its steps: whole timesteps, of
 * which the last stays clear of timestep 0.
 *
 * @param offset the key steps_offset
 */
record DpmSpacing(NoiseSchedule schedule, TimestepSpacing spacing, int offset, Warp warp) {

  /** Which noise levels lie between the noisiest and the least noisy one. */
  enum Warp {
    /** Those of the timesteps. */
    NONE,
    KARRAS,
    LU;

    static Warp of(SchedulerConfig config) {
      if (config.flag("use_karras_sigmas", false)) {
        config.refuse("use_lu_lambdas");
        return KARRAS;
      }
      return config.flag("use_lu_lambdas", false) ? LU : NONE;
    }
  }

  /**
   * The spacing of a configuration.
   *
   * @throws IllegalArgumentException if it asks for another family of noise levels
   */
  static DpmSpacing of(SchedulerConfig config, NoiseSchedule schedule) {
    config.refuse(
        "use_exponential_sigmas", "use_beta_sigmas", "use_flow_sigmas", "sigma_min", "sigma_max");
    return new DpmSpacing(
        schedule,
        TimestepSpacing.of(config, "linspace"),
        config.integer("steps_offset", 0),
        Warp.of(config));
  }

  /** The same with evenly spread timesteps, for the class that knows no other spacing. */
  DpmSpacing even() {
    return new DpmSpacing(schedule, TimestepSpacing.LINSPACE, 0, warp);
  }

  /** Timesteps and levels of {@code steps} steps, without the level after the last one. */
  SigmaSchedule spread(int steps) {
    float[] table = schedule.sigmas();
    float max = table[table.length - 1];
    return switch (warp) {
      case NONE -> {
        double[] timesteps = spacing.pointsAboveEnd(steps, schedule.trainingSteps(), offset);
        yield SigmaSchedule.of(timesteps, SigmaMath.atTimesteps(timesteps, table));
      }
      case KARRAS -> warped(SigmaMath.karras(max, table[0], steps), table);
      case LU -> warped(SigmaMath.lu(max, table[0], steps), table);
    };
  }

  /** The level of timestep 0, the lowest that the model knows. */
  float lowestSigma() {
    return schedule.sigmas()[0];
  }

  /** The level of the last step, or that of timestep 0 where the spacing stays clear of it. */
  float lowestOf(SigmaSchedule run) {
    return warp == Warp.NONE ? lowestSigma() : run.sigmas()[run.sigmas().length - 1];
  }

  private static SigmaSchedule warped(double[] sigmas, float[] table) {
    float[] logs = SigmaMath.logs(table);
    return SigmaSchedule.of(
        Arrays.stream(sigmas).map(sigma -> Math.rint(SigmaMath.timestepOf(sigma, logs))).toArray(),
        sigmas);
  }
}
