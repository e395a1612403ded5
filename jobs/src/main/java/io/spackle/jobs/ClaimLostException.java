package io.spackle.jobs;

/** Another run writes to the output now: this one must not touch it any more. */
final class ClaimLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ClaimLostException(String message) {
    super(message);
  }
}
