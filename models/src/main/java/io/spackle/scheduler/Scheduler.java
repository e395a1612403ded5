package io.spackle.scheduler;

/**
 * A loaded noise schedule and sampler: stateless, shared by all runs and threads.
 *
 * <p>One algorithm lives in one file; {@link Schedulers} lists them.
 */
public interface Scheduler {

  /**
   * How many model calls one step takes where strength cuts the schedule (Heun and KDPM2: 2,
   * others: 1).
   */
  int order();

  /**
   * A fresh run for one batch.
   *
   * @param spec steps asked for, steps left out at the start, length of the image in tokens
   * @throws IllegalArgumentException if the schedule has no room for so many steps, or shifts with
   *     the image's length and has not been told it
   */
  Run start(RunSpec spec);
}
