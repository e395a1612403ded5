package io.spackle.source;

import io.spackle.row.RowException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** A failure that a retry may resolve. */
public final class RetryableException extends Exception {

  private static final long serialVersionUID = 1L;

  private static final Duration FIRST_WAIT = Duration.ofMillis(250);
  private static final int MAX_DOUBLINGS = 6;

  private final RowException fault;
  private final Duration retryAfter;

  /**
   * @param fault of the row if it is not retried
   * @param retryAfter the wait that the host asks for, or null
   */
  RetryableException(RowException fault, Duration retryAfter) {
    super(fault);
    this.fault = fault;
    this.retryAfter = retryAfter;
  }

  /** The failure of the row if it is not retried. */
  public RowException fault() {
    return fault;
  }

  /** The wait that the host asks for. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * The wait before the next attempt: as the host asks, or exponential backoff from 250 ms to 16 s,
   * with a random reduction by up to half, so that retries of many rows do not coincide.
   *
   * @param retries made before, from 0
   */
  public Duration waitBeforeRetry(int retries) {
    return retryAfter().orElseGet(() -> backoff(retries));
  }

  private static Duration backoff(int retries) {
    long longest = FIRST_WAIT.toMillis() << Math.min(retries, MAX_DOUBLINGS);
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
  }
}
