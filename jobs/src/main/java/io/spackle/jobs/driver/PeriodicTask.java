package io.spackle.jobs.driver;

import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is repeated at a fixed interval on a thread of its own until closed. Closing waits for
 * the execution that is in progress, and none starts afterwards. An exception is logged and does
 * not stop the repetition.
 */
public final class PeriodicTask implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);

  private final Timer timer;
  private final Runnable work;
  private boolean isClosed;

  private PeriodicTask(String name, Runnable work) {
    this.timer = new Timer(name, true);
    this.work = work;
  }

  /**
   * Starts repeating some work; the first execution follows one interval from now.
   *
   * @param name of the thread
   * @param interval at least one millisecond
   */
  public static PeriodicTask start(String name, Duration interval, Runnable work) {
    PeriodicTask periodic = new PeriodicTask(name, work);
    periodic.timer.schedule(periodic.timerTask(), interval.toMillis(), interval.toMillis());
    return periodic;
  }

  @Override
  public synchronized void close() {
    timer.cancel();
    isClosed = true;
  }

  private TimerTask timerTask() {
    return new TimerTask() {
      @Override
      public void run() {
        runUnlessClosed();
      }
    };
  }

  /** Cancelling a timer neither stops nor awaits an execution that has begun: the lock does. */
  private synchronized void runUnlessClosed() {
    if (isClosed) {
      return;
    }
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error(
          "the periodic work {} failed and will be repeated", Thread.currentThread().getName(), e);
    }
  }
}
