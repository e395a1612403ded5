package io.spackle.image;

/** Thrown for an image that cannot be used. The same bytes fail again: a retry does not help. */
public final class ImageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The reasons. Names are stable: error codes are derived from them. */
  public enum Reason {
    /** No bytes. */
    EMPTY,
    /** Not an image, such as a web page or an archive. */
    NOT_AN_IMAGE,
    /** An image or document in a format that is not supported. */
    UNSUPPORTED_FORMAT,
    /** More pixels or a longer side than the decode limits allow. */
    TOO_LARGE,
    /** A side is too short for a model. */
    TOO_SMALL,
    /** The file ends before the image does. */
    TRUNCATED,
    /** The content is inconsistent. */
    CORRUPT,
    /** Too elongated: too few pixels remain on a side once it is scaled to the model's size. */
    BAD_ASPECT,
    /** No pixel is left that may be copied into the masked region. */
    NOTHING_TO_COPY,
    /** An image from which no mask can be read without doubt, or of other proportions. */
    MASK_UNCLEAR
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
   * @param cause the decoder's exception
   */
  public ImageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
