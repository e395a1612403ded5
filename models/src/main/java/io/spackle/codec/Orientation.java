package io.spackle.codec;

import io.spackle.image.Plane;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The EXIF orientation of an image, 1 to 8: 1 is upright, 2 mirrored, 3 upside down, 4 both, 5 to 8
 * the same with rows and columns exchanged. It is read from an EXIF block, which has the layout of
 * a TIFF file, and applied to pixels.
 *
 * <p>Only that entry of the first directory is read, so that hostile blocks cost nothing. Layout:
 * TIFF 6.0, section 2; EXIF 2.32, section 4.6.4, tag 0x0112.
 */
final class Orientation {

  static final int UPRIGHT = 1;

  private static final int TAG = 0x0112;
  private static final int TYPE_SHORT = 3;
  private static final int ENTRY_BYTES = 12;

  private Orientation() {}

  /**
   * The orientation in an EXIF block.
   *
   * @param offset of the block, which starts with the byte order mark or {@code Exif\0\0}
   * @return 1 if the block is damaged or has no orientation
   */
  static int of(byte[] bytes, int offset, int length) {
    int prefix = ByteReader.startsWith(bytes, offset, "Exif\0\0") ? 6 : 0;
    if (length < prefix + 8) {
      return UPRIGHT;
    }
    ByteBuffer tiff = ByteBuffer.wrap(bytes, offset + prefix, length - prefix).slice();
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    return inDirectory(tiff, Integer.toUnsignedLong(tiff.getInt(4)));
  }

  private static int inDirectory(ByteBuffer tiff, long directory) {
    if (directory + 2 > tiff.limit()) {
      return UPRIGHT;
    }
    int start = (int) directory;
    int entries = Short.toUnsignedInt(tiff.getShort(start));
    for (int i = 0; i < entries; i++) {
      int entry = start + 2 + i * ENTRY_BYTES;
      if (entry + ENTRY_BYTES > tiff.limit()) {
        return UPRIGHT;
      }
      if (tiff.getShort(entry) == TAG && tiff.getShort(entry + 2) == TYPE_SHORT) {
        int value = tiff.getShort(entry + 8);
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

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
