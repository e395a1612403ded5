package io.spackle.source;

import java.time.Duration;

/** The time by which a fetch must be over; for one thread to move, for any to look at. */
final class Deadline {

  private volatile long end;

  private Deadline(long end) {
    this.end = end;
  }

  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  boolean isPassed() {
    return left().isNegative();
  }

  /** Negative once it has passed. */
  Duration left() {
    return Duration.ofNanos(end - System.nanoTime());
  }

  /** Grants the time since a moment of {@link System#nanoTime}. */
  void grantSince(long moment) {
    end = end + System.nanoTime() - moment;
  }
}
