package io.spackle.pipeline;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How many rows of a task are in flight: as many as it takes that the lane has work.
 *
 * <p>Of the rows in flight, those that have fetched their files are what the lane lives on; a slow
 * host, or one that is asked for few files at a time, holds the others back. While there are too
 * few of them, more and more rows are admitted; once there are enough, none is until some are
 * finished, and the number shrinks again. Thread-safe.
 */
public final class FlightControl {

  /**
   * Time between two increases, so that the first of the rows admitted last can have their files.
   */
  private static final long PATIENCE_NANOS = Duration.ofMillis(50).toNanos();

  private final int enough;
  private final int most;
  private final LongSupplier nanoTime;
  private final AtomicInteger fetched = new AtomicInteger();
  private int limit;
  private long lastIncrease;

  /**
   * @param enough rows that have fetched and that keep the lane busy, at least 1; so many rows are
   *     always admitted
   * @param most rows in flight
   */
  public FlightControl(int enough, int most) {
    this(enough, most, System::nanoTime);
  }

  /**
   * @param nanoTime the clock
   */
  FlightControl(int enough, int most, LongSupplier nanoTime) {
    this.enough = enough;
    this.most = Math.max(enough, most);
    this.nanoTime = nanoTime;
    this.limit = enough;
    this.lastIncrease = nanoTime.getAsLong();
  }

  /** A control that admits one row at a time. */
  public static FlightControl single() {
    return new FlightControl(1, 1);
  }

  /** Whether another row may start. */
  synchronized boolean admits(int inFlight) {
    int prepared = fetched.get();
    long now = nanoTime.getAsLong();
    if (prepared >= enough) {
      limit = Math.max(enough, limit - 1);
    } else if (isStarving(prepared) && inFlight >= limit && now - lastIncrease >= PATIENCE_NANOS) {
      limit = Math.min(most, limit + Math.max(1, enough / 2));
      lastIncrease = now;
    }
    return inFlight < limit;
  }

  private boolean isStarving(int prepared) {
    return 3 * prepared < 2 * enough;
  }

  /** A row has its files. */
  void fetched() {
    fetched.incrementAndGet();
  }

  /** A row that had its files is finished. */
  void finished() {
    fetched.decrementAndGet();
  }
}
