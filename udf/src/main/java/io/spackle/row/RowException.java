package io.spackle.row;

/** A failure of one row, which becomes its meta row. */
public final class RowException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /**
   * @param message what was found and what was expected; without secrets
   */
  public RowException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public RowException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The same failure, with the column whose image it concerns. */
  public RowException in(String column) {
    return new RowException(code, column + ": " + getMessage(), this);
  }

  public ErrorCode code() {
    return code;
  }
}
