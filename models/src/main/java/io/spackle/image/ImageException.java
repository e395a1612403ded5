package io.spackle.image;

/** An image that cannot be used. The same bytes fail again, so there is no point in a retry. */
public final class ImageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What is wrong with it. The names are stable: error codes are derived from them. */
  public enum Reason {
    /** No bytes. */
    EMPTY,
    /** Bytes of something that is no image: a web page, an archive. */
    NOT_AN_IMAGE,
    /** An image or document of a kind that is not read here. */
    UNSUPPORTED_FORMAT,
    /** More pixels, or a longer side, than the decode limits allow. */
    TOO_LARGE,
    /** A side too short to paint on. */
    TOO_SMALL,
    /** The file ends before the image does. */
    TRUNCATED,
    /** The file contradicts itself. */
    CORRUPT,
    /** So long and thin that too few pixels are left once it fits the model. */
    BAD_ASPECT
  }

  private final Reason reason;

  /**
   * @param message what was found, what was expected, what to do
   */
  public ImageException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * @param message what was found, what was expected, what to do
   * @param cause what a decoder said
   */
  public ImageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
