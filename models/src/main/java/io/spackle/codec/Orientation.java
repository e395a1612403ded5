package io.spackle.codec;

import io.spackle.image.Plane;

/**
 * The EXIF orientation of an image, 1 to 8: 1 is upright, 2 mirrored, 3 upside down, 4 both, 5 to 8
 * the same with rows and columns exchanged. Values: EXIF 2.32, section 4.6.4, tag 0x0112.
 */
final class Orientation {

  static final int UPRIGHT = 1;

  private Orientation() {}

  /** Whether rows and columns are exchanged. */
  static boolean exchangesAxes(int orientation) {
    return orientation >= 5;
  }

  /** The stored pixels, turned and mirrored upright. */
  static Plane upright(Plane stored, int orientation) {
    boolean exchanged = exchangesAxes(orientation);
    // Whether a step along the stored axis is a step back in the upright image.
    boolean columnsReversed = orientation == 2 || orientation == 3 || orientation >= 7;
    boolean rowsReversed =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int width = exchanged ? stored.height() : stored.width();
    int height = exchanged ? stored.width() : stored.height();
    Plane upright = stored.blank(width, height);
    int channels = stored.channels();
    int from = 0;
    for (int row = 0; row < stored.height(); row++) {
      int y = rowsReversed ? stored.height() - 1 - row : row;
      for (int column = 0; column < stored.width(); column++) {
        int x = columnsReversed ? stored.width() - 1 - column : column;
        int to = (exchanged ? x * width + y : y * width + x) * channels;
        for (int channel = 0; channel < channels; channel++) {
          upright.data()[to++] = stored.data()[from++];
        }
      }
    }
    return upright;
  }
}
