package io.spackle.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads the orientation out of an EXIF block, which is laid out as a TIFF file.
 *
 * <p>It reads that one entry of the first directory and nothing else, so a hostile block costs
 * nothing. Layout: TIFF 6.0, section 2; EXIF 2.32, section 4.6.4, tag 0x0112.
 */
final class ExifOrientation {

  static final int UPRIGHT = 1;

  private static final int TAG = 0x0112;
  private static final int TYPE_SHORT = 3;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /**
   * The orientation, 1 to 8.
   *
   * @param offset where the block starts, at its byte order mark or at a leading {@code Exif\0\0}
   * @return 1 where the block is damaged or says nothing
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
}
