package io.spackle.lane;

import io.spackle.graph.Cancellation;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Cancels batches that stall: a single call into the model, not the batch, does not return in time.
 * So neither many steps nor a slow device count as a stall.
 *
 * <p>A cancelled batch ends before the next node of its graph. If it does not, the device or its
 * driver hangs, and only the end of the process frees it.
 */
final class Watchdog implements AutoCloseable {

  private static final long LONGEST_PERIOD_MILLIS = Duration.ofSeconds(1).toMillis();

  /** Checks within the shorter of patience and grace. */
  private static final int CHECKS = 4;

  private final Duration patience;
  private final Duration grace;
  private final Runnable onHang;
  private final ScheduledThreadPoolExecutor scheduler =
      new ScheduledThreadPoolExecutor(1, Watchdog::daemon);

  /**
   * @param patience how long one call may take
   * @param grace how long a batch may go on after it was cancelled
   * @param onHang called once for a batch that goes on for longer
   */
  Watchdog(Duration patience, Duration grace, Runnable onHang) {
    this.patience = patience;
    this.grace = grace;
    this.onHang = onHang;
    scheduler.setRemoveOnCancelPolicy(true);
  }

  /** A batch that was cancelled because a call into the model did not return. */
  static final class StalledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StalledException(Duration patience, Throwable cause) {
      super(
          "a call into the model did not return within "
              + patience.toMillis() / 1000.0
              + " s (spackle.lane.watchdog)",
          cause);
    }
  }

  /** Watches a batch until the watch is closed. */
  Watch watch(Cancellation batch) {
    return new Watch(batch);
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }

  private static Thread daemon(Runnable checks) {
    Thread thread = new Thread(checks, "spackle-watchdog");
    thread.setDaemon(true);
    return thread;
  }

  /** The watch over one batch. */
  final class Watch implements AutoCloseable {
    private final Cancellation batch;
    private final ScheduledFuture<?> checks;
    private boolean isClosed;
    private long cancelledAt;
    private boolean hasCancelled;

    private Watch(Cancellation batch) {
      this.batch = batch;
      batch.check(); // restarts the time of its current call: waiting before the batch is no stall
      long shortest = Math.min(patience.toMillis(), grace.toMillis());
      long period = Math.max(1, Math.min(LONGEST_PERIOD_MILLIS, shortest / CHECKS));
      checks = scheduler.scheduleAtFixedRate(this::check, period, period, TimeUnit.MILLISECONDS);
    }

    /** Whether the batch was cancelled because it stalled. */
    synchronized boolean hasCancelled() {
      return hasCancelled;
    }

    /** The failure of a batch that stalled. */
    StalledException stalled(Throwable cause) {
      return new StalledException(patience, cause);
    }

    @Override
    public synchronized void close() {
      isClosed = true;
      checks.cancel(false);
    }

    private synchronized void check() {
      if (isClosed) {
        return;
      }
      if (!hasCancelled && batch.timeSinceCheck().compareTo(patience) > 0) {
        hasCancelled = true;
        cancelledAt = System.nanoTime();
        batch.cancel();
      } else if (hasCancelled && System.nanoTime() - cancelledAt > grace.toNanos()) {
        checks.cancel(false);
        onHang.run();
      }
    }
  }
}
