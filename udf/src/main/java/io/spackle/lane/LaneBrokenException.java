package io.spackle.lane;

/**
 * The failure of a model or device whatever its input: no row is at fault, so the task fails. The
 * next task reopens the model.
 */
public final class LaneBrokenException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what failed
   */
  public LaneBrokenException(String message, Throwable cause) {
    super(message, cause);
  }
}
