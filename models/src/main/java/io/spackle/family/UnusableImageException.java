package io.spackle.family;

/** A model output that is no image: not finite, or black all over. */
public final class UnusableImageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public UnusableImageException(String message) {
    super(message);
  }
}
