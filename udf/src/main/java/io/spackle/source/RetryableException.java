package io.spackle.source;

import io.spackle.row.RowException;
import java.time.Duration;
import java.util.Optional;

/** A fault that another try may cure. */
public final class RetryableException extends Exception {

  private static final long serialVersionUID = 1L;

  private final RowException fault;
  private final Duration wait;

  /**
   * @param fault of the row, where there is no other try
   * @param wait before the next try as the host wishes it, or null
   */
  RetryableException(RowException fault, Duration wait) {
    super(fault);
    this.fault = fault;
    this.wait = wait;
  }

  /** What it is if there is no other try. */
  public RowException fault() {
    return fault;
  }

  /** How long the host wishes to be left alone. */
  public Optional<Duration> chosenWait() {
    return Optional.ofNullable(wait);
  }
}
