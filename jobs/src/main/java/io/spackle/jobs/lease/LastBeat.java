package io.spackle.jobs.lease;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The last heartbeat of a lease, unless the lease is lost, which it stays. Thread-safe: the
 * heartbeat writes it, the watch and every change of the output ask for it.
 */
final class LastBeat {

  /** Null once the lease is lost: both are one value, so that none sees half of a change. */
  private final AtomicReference<Moment> moment;

  /**
   * @param first heartbeat
   */
  LastBeat(Moment first) {
    moment = new AtomicReference<>(first);
  }

  /** Records a heartbeat; no effect if the lease is lost. */
  void renew(Moment begun) {
    moment.updateAndGet(last -> last == null ? null : begun);
  }

  /** Loses the lease; returns false if it was lost before. */
  boolean lose() {
    return moment.getAndSet(null) != null;
  }

  boolean isLost() {
    return moment.get() == null;
  }

  /** Whether the lease is not lost and the last heartbeat is at most this old. */
  boolean isWithin(Duration timeout, Moment now) {
    Moment last = moment.get();
    return last != null && last.until(now).compareTo(timeout) <= 0;
  }
}
