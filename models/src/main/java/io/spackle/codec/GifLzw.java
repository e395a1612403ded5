package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;

/**
 * The LZW codes of a GIF frame. The JDK's reader drops pixels of blocks below four bytes. Codes:
 * GIF89a specification, appendix F.
 */
final class GifLzw {

  private static final int MAX_BITS = 12;
  private static final int TABLE = 1 << MAX_BITS;
  private static final int NONE = -1;

  private final byte[] data;
  private final int literalBits;
  private final int[] prefix = new int[TABLE];
  private final byte[] suffix = new byte[TABLE];
  private final int[] length = new int[TABLE];
  private int at;
  private int bits;
  private int available;

  private GifLzw(byte[] data, int literalBits) {
    this.data = data;
    this.literalBits = literalBits;
    for (int i = 0; i < 1 << literalBits; i++) {
      suffix[i] = (byte) i;
      length[i] = 1;
    }
  }

  /**
   * Decodes pixels; codes after the last pixel are ignored.
   *
   * @param data the codes of all blocks
   * @param literalBits the size of a pixel, 1 to 11 bits
   * @param pixels filled with palette indices
   * @return the number of decoded pixels, less than all if the codes end early
   * @throws ImageException {@code UNSUPPORTED_FORMAT} for a code that is not in the table
   */
  static int decode(byte[] data, int literalBits, byte[] pixels) {
    return new GifLzw(data, literalBits).decode(pixels);
  }

  private int decode(byte[] pixels) {
    int clear = 1 << literalBits;
    int next = clear + 2;
    int width = literalBits + 1;
    int previous = NONE;
    int to = 0;
    while (to < pixels.length) {
      int code = code(width);
      if (code == NONE || code == clear + 1) {
        return to;
      }
      if (code == clear) {
        next = clear + 2;
        width = literalBits + 1;
        previous = NONE;
        continue;
      }
      if (code > next || code == next && previous == NONE) {
        throw unknown(code, next);
      }
      if (previous != NONE && next < TABLE) {
        prefix[next] = previous;
        length[next] = length[previous] + 1;
        suffix[next] = first(code == next ? previous : code);
        next++;
        width += next == 1 << width && width < MAX_BITS ? 1 : 0;
      } else if (code >= next) {
        throw unknown(code, next);
      }
      to = write(code, pixels, to);
      previous = code;
    }
    return to;
  }

  private static ImageException unknown(int code, int known) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT,
        "GIF code " + code + ", expected one below " + known + ": store the image again");
  }

  /** The next code, or {@link #NONE} at the end of the data. */
  private int code(int width) {
    while (available < width) {
      if (at == data.length) {
        return NONE;
      }
      bits |= Bytes.u8(data, at++) << available;
      available += Byte.SIZE;
    }
    int code = bits & (1 << width) - 1;
    bits >>>= width;
    available -= width;
    return code;
  }

  private byte first(int code) {
    int at = code;
    while (length[at] > 1) {
      at = prefix[at];
    }
    return suffix[at];
  }

  /** Writes the pixels of a code, backwards, without those beyond the end; returns the new end. */
  private int write(int code, byte[] pixels, int from) {
    int end = from + length[code];
    int at = code;
    for (int to = end - 1; to >= from; to--) {
      if (to < pixels.length) {
        pixels[to] = suffix[at];
      }
      at = prefix[at];
    }
    return Math.min(end, pixels.length);
  }
}
