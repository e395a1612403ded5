package io.spackle.jobs.lease;

/** Another run writes to the output now: this one must not touch it any more. */
public final class LeaseLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LeaseLostException(String message) {
    super(message);
  }
}
