package io.spackle.jobs.lease;

import java.time.Duration;

/**
 * A point in time by both clocks of this machine: one is set forward and back, the other stops
 * while the machine is suspended.
 *
 * @param wallMillis since 1970
 * @param nanos since any time
 */
record Moment(long wallMillis, long nanos) {

  static Moment now() {
    return new Moment(System.currentTimeMillis(), System.nanoTime());
  }

  /** The time until a later moment, by the clock that shows more. */
  Duration until(Moment later) {
    Duration wall = Duration.ofMillis(later.wallMillis - wallMillis);
    Duration running = Duration.ofNanos(later.nanos - nanos);
    return wall.compareTo(running) > 0 ? wall : running;
  }
}
