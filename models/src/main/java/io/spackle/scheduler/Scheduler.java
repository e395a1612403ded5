package io.spackle.scheduler;

/**
 * A configured noise schedule and sampler. Immutable and thread-safe: all runs share it.
 *
 * <p>Each algorithm is one file; {@link Schedulers} lists them.
 */
public interface Scheduler {

  /**
   * How many model calls one step takes where strength shortens the schedule: 2 for Heun and KDPM2,
   * else 1.
   */
  default int order() {
    return 1;
  }

  /**
   * Starts a run for one batch.
   *
   * @throws IllegalArgumentException if the schedule has fewer timesteps than steps were requested,
   *     or depends on the length of the image sequence and {@code spec} has none
   */
  Run start(Run.Spec spec);
}
