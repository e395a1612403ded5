package io.spackle.image;

/**
 * A rectangle of pixels.
 *
 * @param left the first column
 * @param top the first row
 * @param right the column after the last
 * @param bottom the row after the last
 */
public record Region(int left, int top, int right, int bottom) {

  public Region {
    if (left >= right || top >= bottom) {
      throw new IllegalArgumentException(
          "an empty region: columns " + left + " to " + right + ", rows " + top + " to " + bottom);
    }
  }

  /** A whole image. */
  static Region of(int width, int height) {
    return new Region(0, 0, width, height);
  }

  int width() {
    return right - left;
  }

  int height() {
    return bottom - top;
  }
}
