package io.spackle.lane;

/**
 * A model or device that fails whatever it is given: no image's fault, so the task fails. The next
 * task that asks opens the model anew.
 */
public final class LaneBrokenException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LaneBrokenException(String message, Throwable cause) {
    super(message, cause);
  }
}
