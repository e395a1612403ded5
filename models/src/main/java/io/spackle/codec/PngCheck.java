package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.util.zip.CRC32;

/**
 * A check of a PNG file's chunks, because the JDK's reader accepts truncated and damaged files.
 * Layout: PNG specification, third edition, section 5.
 */
final class PngCheck {

  private static final int SIGNATURE_BYTES = 8;
  private static final int OVERHEAD_BYTES = 12; // length, type, CRC

  private PngCheck() {}

  /**
   * Checks every chunk up to IEND; bytes after it are ignored. Text chunks are not inflated.
   *
   * @throws ImageException {@code TRUNCATED} or {@code CORRUPT}
   */
  static void check(byte[] bytes) {
    int at = SIGNATURE_BYTES;
    while (true) {
      long available = (long) bytes.length - at - OVERHEAD_BYTES;
      long length = available < 0 ? 0 : Bytes.u32(bytes, at);
      if (length > available) {
        throw new ImageException(
            Reason.TRUNCATED,
            "the PNG file ends at byte " + bytes.length + " before its IEND chunk");
      }
      String type = Bytes.tag(bytes, at + 4);
      checkSum(bytes, at, (int) length, type);
      if (type.equals("IEND")) {
        return;
      }
      at += (int) length + OVERHEAD_BYTES;
    }
  }

  private static void checkSum(byte[] bytes, int at, int length, String type) {
    CRC32 sum = new CRC32();
    sum.update(bytes, at + 4, length + 4);
    long stored = Bytes.u32(bytes, at + 8 + length);
    if (sum.getValue() != stored) {
      throw new ImageException(
          Reason.CORRUPT,
          String.format(
              "PNG chunk %s at byte %d has checksum %08x, expected %08x",
              type, at, sum.getValue(), stored));
    }
  }
}
