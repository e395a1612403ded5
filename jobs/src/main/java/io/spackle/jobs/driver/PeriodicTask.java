package io.spackle.jobs.driver;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Something that is done at intervals, in a thread of its own, until closed: whoever closes waits
 * for the turn that is under way, and none begins after that.
 */
public final class PeriodicTask implements AutoCloseable {

  private final Timer timer;
  private final Runnable work;
  private boolean isClosed;

  private PeriodicTask(String name, Runnable work) {
    this.timer = new Timer(name, true);
    this.work = work;
  }

  /**
   * Starts; the first turn comes after one interval.
   *
   * @param name of the thread
   * @param interval a millisecond at least
   */
  public static PeriodicTask start(String name, Duration interval, Runnable work) {
    PeriodicTask periodic = new PeriodicTask(name, work);
    periodic.timer.schedule(periodic.task(), interval.toMillis(), interval.toMillis());
    return periodic;
  }

  @Override
  public synchronized void close() {
    timer.cancel();
    isClosed = true;
  }

  private TimerTask task() {
    return new TimerTask() {
      @Override
      public void run() {
        turn();
      }
    };
  }

  /** The timer lets a turn that has begun go on, and does not tell of it. */
  private synchronized void turn() {
    if (!isClosed) {
      work.run();
    }
  }
}
