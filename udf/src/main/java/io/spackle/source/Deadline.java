package io.spackle.source;

import io.spackle.source.Fetching.Rest;
import java.time.Duration;

/** The time by which a fetch must end. One thread may extend it, any thread may read it. */
final class Deadline {

  private volatile long end;

  private Deadline(long end) {
    this.end = end;
  }

  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  boolean isPassed() {
    return remaining().isNegative();
  }

  /** The time until the deadline; negative once it has passed. */
  Duration remaining() {
    return Duration.ofNanos(end - System.nanoTime());
  }

  /** Sleeps as a rest; the time that it takes to go on afterwards does not count. */
  void sleep(Duration wait, Rest rest) throws InterruptedException {
    long start = System.nanoTime();
    rest.during(() -> Thread.sleep(wait.toMillis()));
    addTimeSince(start + wait.toNanos());
  }

  /** Extends the deadline by the time since a moment of {@link System#nanoTime}. */
  void addTimeSince(long nanoTime) {
    end = end + System.nanoTime() - nanoTime;
  }
}
