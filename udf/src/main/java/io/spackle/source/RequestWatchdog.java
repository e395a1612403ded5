package io.spackle.source;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.concurrent.Cancellable;

/**
 * Cancels a request once its deadline has passed or its thread is interrupted.
 *
 * <p>Sockets do neither by themselves: a timeout of theirs starts anew with each byte, and they do
 * not notice interrupts.
 */
final class RequestWatchdog implements AutoCloseable {

  private static final long PERIOD_MILLIS = 50;

  private final Thread owner = Thread.currentThread();
  private final Cancellable request;
  private final Deadline deadline;
  private final ScheduledFuture<?> looks;

  /** Watches on behalf of the calling thread until closed. */
  RequestWatchdog(ScheduledExecutorService clock, Cancellable request, Deadline deadline) {
    this.request = request;
    this.deadline = deadline;
    this.looks =
        clock.scheduleAtFixedRate(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    looks.cancel(false);
  }

  private void look() {
    if (deadline.isPassed() || owner.isInterrupted()) {
      request.cancel();
    }
  }
}
