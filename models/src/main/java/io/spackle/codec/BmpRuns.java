package io.spackle.codec;

import io.spackle.binary.Bytes;

/**
 * The run lengths of a BMP file. Rows and pixels that are skipped have index 0. Codes: Microsoft's
 * "Bitmap Compression".
 */
final class BmpRuns {

  private static final int END_OF_ROW = 0;
  private static final int END_OF_IMAGE = 1;
  private static final int JUMP = 2;

  private final byte[] file;
  private final boolean nibbles;
  private int at;

  /**
   * @param at the position of the first code
   * @param nibbles whether pixels have four bits, not eight
   */
  BmpRuns(byte[] file, int at, boolean nibbles) {
    this.file = file;
    this.at = at;
    this.nibbles = nibbles;
  }

  /** The palette indices, in the order of the file; what lies outside the image is ignored. */
  byte[] decode(int width, int height) {
    byte[] indices = new byte[width * height];
    int x = 0;
    int y = 0;
    while (y < height) {
      if (at == file.length && y == height - 1 && x == width) {
        return indices; // the last code is missing
      }
      int count = next();
      int code = next();
      if (count > 0) {
        put(indices, y * width + x, Math.min(count, width - x), code);
        x = Math.min(width, x + count);
      } else if (code == END_OF_ROW) {
        x = 0;
        y++;
      } else if (code == END_OF_IMAGE) {
        return indices;
      } else if (code == JUMP) {
        x = Math.min(width, x + next());
        y += next();
      } else {
        copy(indices, y * width + x, Math.min(code, width - x), code);
        x = Math.min(width, x + code);
      }
    }
    return indices;
  }

  private int next() {
    if (at >= file.length) {
      throw BmpHeader.ended(file.length);
    }
    return Bytes.u8(file, at++);
  }

  /** A run of one index, or of two in turn. */
  private void put(byte[] indices, int to, int count, int code) {
    for (int i = 0; i < count; i++) {
      indices[to + i] = (byte) (nibbles ? nibble(code, i) : code);
    }
  }

  /** Indices one by one; their bytes are padded to an even number. */
  private void copy(byte[] indices, int to, int count, int stored) {
    int bytes = nibbles ? (stored + 1) / 2 : stored;
    if (at + bytes > file.length) {
      throw BmpHeader.ended(file.length);
    }
    for (int i = 0; i < count; i++) {
      int value = Bytes.u8(file, at + (nibbles ? i / 2 : i));
      indices[to + i] = (byte) (nibbles ? nibble(value, i) : value);
    }
    at += bytes + bytes % 2;
  }

  private static int nibble(int value, int index) {
    return index % 2 == 0 ? value >> 4 : value & 0x0F;
  }
}
