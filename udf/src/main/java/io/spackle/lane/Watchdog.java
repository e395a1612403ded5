package io.spackle.lane;

import io.spackle.graph.Cancellation;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks after runs of a model and cancels those that have come to a standstill: a single call into
 * the model, not the run, that does not come back. So neither many steps nor a slow device are
 * taken for one.
 *
 * <p>A cancelled run ends before the next node of its graph. One that does not even then is wedged
 * in the device or its driver; nothing but the end of the process frees it.
 */
final class Watchdog implements AutoCloseable {

  private static final long LONGEST_PERIOD = Duration.ofSeconds(1).toMillis();

  /** Looks within the time that is waited. */
  private static final int LOOKS = 4;

  private final Duration patience;
  private final Duration grace;
  private final Runnable wedged;
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, Watchdog::daemon);

  /**
   * @param patience how long one call may take
   * @param grace how long a run may go on after it was cancelled
   * @param wedged called once for a run that goes on for longer
   */
  Watchdog(Duration patience, Duration grace, Runnable wedged) {
    this.patience = patience;
    this.grace = grace;
    this.wedged = wedged;
    clock.setRemoveOnCancelPolicy(true);
  }

  /** Looks after a run until the watch is closed. */
  Watch watch(Cancellation run) {
    return new Watch(run);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private static Thread daemon(Runnable looks) {
    Thread thread = new Thread(looks, "spackle-watchdog");
    thread.setDaemon(true);
    return thread;
  }

  /** Of one run. */
  final class Watch implements AutoCloseable {

    private final Cancellation run;
    private final ScheduledFuture<?> looks;
    private boolean closed;
    private long cancelledAt;
    private boolean hasCancelled;

    private Watch(Cancellation run) {
      this.run = run;
      run.check(); // what was waited for before the run is no standstill
      long shortest = Math.min(patience.toMillis(), grace.toMillis());
      long period = Math.max(1, Math.min(LONGEST_PERIOD, shortest / LOOKS));
      looks = clock.scheduleAtFixedRate(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    /** Whether the run was cancelled for its standstill. */
    synchronized boolean hasCancelled() {
      return hasCancelled;
    }

    /** The fault of a run that was. */
    StalledException standstill(Throwable cause) {
      return new StalledException(patience, cause);
    }

    @Override
    public synchronized void close() {
      closed = true;
      looks.cancel(false);
    }

    private synchronized void look() {
      if (closed) {
        return;
      }
      if (!hasCancelled && run.timeSinceCheck().compareTo(patience) > 0) {
        hasCancelled = true;
        cancelledAt = System.nanoTime();
        run.cancel();
      } else if (hasCancelled && System.nanoTime() - cancelledAt > grace.toNanos()) {
        looks.cancel(false);
        wedged.run();
      }
    }
  }
}
