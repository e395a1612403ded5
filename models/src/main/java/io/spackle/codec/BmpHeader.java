package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The headers of a BMP file. Layouts: OS/2 1.x and 2.x bitmap files; Microsoft's BITMAPINFOHEADER,
 * BITMAPV4HEADER and BITMAPV5HEADER.
 *
 * @param size of the image
 * @param bits per pixel
 * @param compression of the pixels
 * @param masks of red, green, blue and alpha in pixels of 16 and 32 bits; 0 if there is no alpha
 * @param palette 0xRRGGBB, empty for more than 8 bits
 * @param pixels the position of the pixels
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record BmpHeader(
    Size size, int bits, Compression compression, int[] masks, int[] palette, int pixels) {

  private static final int FILE_HEADER = 14;
  private static final int CORE = 12; // bytes of the oldest header
  private static final int INFO = 40;
  private static final int WITH_ALPHA_MASK = 56;
  private static final int MAX_HEADER = 124;

  private static final int FIELDS = 3;
  private static final int ALPHA_FIELDS = 6;
  private static final int[] MASKS_16 = {0x7C00, 0x3E0, 0x1F, 0};
  private static final int[] MASKS_32 = {0xFF0000, 0xFF00, 0xFF, 0};

  /**
   * The size of an image.
   *
   * @param topDown whether the first stored row is the upper one
   */
  record Size(int width, int height, boolean topDown) {}

  /** How pixels are stored. */
  enum Compression {
    NONE,
    RUNS_8,
    RUNS_4
  }

  /**
   * Reads the headers.
   *
   * @throws ImageException {@code TRUNCATED}, or {@code UNSUPPORTED_FORMAT} for what is not decoded
   */
  static BmpHeader read(byte[] file) {
    ByteBuffer data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    require(file, FILE_HEADER + CORE);
    int bytes = data.getInt(FILE_HEADER);
    if (bytes != CORE && (bytes < INFO || bytes > MAX_HEADER)) {
      throw unsupported("a header of " + Integer.toUnsignedString(bytes) + " bytes");
    }
    require(file, FILE_HEADER + bytes);
    return bytes == CORE ? core(data) : info(data, bytes);
  }

  private static BmpHeader core(ByteBuffer data) {
    int width = data.getChar(18);
    int height = data.getChar(20);
    int bits = data.getChar(24);
    checkBits(bits);
    int start = FILE_HEADER + CORE;
    int pixels = position(data, start);
    int[] palette = bits > 8 ? new int[0] : palette(data, start, 3, 1 << bits, pixels);
    int[] masks = bits == 16 ? MASKS_16 : MASKS_32;
    Size size = new Size(width, height, false);
    return new BmpHeader(size, bits, Compression.NONE, masks, palette, pixels);
  }

  private static BmpHeader info(ByteBuffer data, int bytes) {
    int width = data.getInt(18);
    int height = data.getInt(22);
    if (width < 0 || height == Integer.MIN_VALUE) {
      throw unsupported(width + " x " + height + " pixels");
    }
    int bits = data.getChar(28);
    int code = data.getInt(30);
    Compression compression = compression(code, bits);
    checkBits(bits);
    int start = FILE_HEADER + bytes;
    boolean fields = (code == FIELDS || code == ALPHA_FIELDS) && bits > 8;
    int after = fields && bytes == INFO ? (code == FIELDS ? 12 : 16) : 0; // masks after the header
    int pixels = position(data, start + after);
    int[] masks = bits == 16 ? MASKS_16 : MASKS_32;
    if (fields) {
      masks = masks(data, bytes >= WITH_ALPHA_MASK || code == ALPHA_FIELDS);
    }
    int[] palette =
        bits > 8 ? new int[0] : palette(data, start, 4, colours(data.getInt(46), bits), pixels);
    Size size = new Size(width, Math.abs(height), height < 0);
    return new BmpHeader(size, bits, compression, masks, palette, pixels);
  }

  private static int colours(int used, int bits) {
    return used > 0 && used < 1 << bits ? used : 1 << bits;
  }

  private static Compression compression(int code, int bits) {
    return switch (code) {
      case 0 -> Compression.NONE;
      case 1 -> Compression.RUNS_8;
      case 2 -> Compression.RUNS_4;
      case FIELDS, ALPHA_FIELDS -> {
        if (bits != 16 && bits != 32) {
          throw unsupported("masks for pixels of " + bits + " bits, expected 16 or 32");
        }
        yield Compression.NONE;
      }
      case 4 -> throw unsupported("an embedded JPEG image");
      case 5 -> throw unsupported("an embedded PNG image");
      default -> throw unsupported("compression number " + code);
    };
  }

  private static void checkBits(int bits) {
    switch (bits) {
      case 1, 2, 4, 8, 16, 24, 32 -> {}
      default ->
          throw unsupported("pixels of " + bits + " bits, expected 1, 2, 4, 8, 16, 24 or 32");
    }
  }

  /** Where the pixels start; some writers leave that out. */
  private static int position(ByteBuffer data, int afterHeaders) {
    long stated = Integer.toUnsignedLong(data.getInt(10));
    if (stated > data.limit()) {
      throw ended(data.limit());
    }
    return (int) Math.max(stated, afterHeaders);
  }

  private static int[] masks(ByteBuffer data, boolean alpha) {
    int start = FILE_HEADER + INFO;
    require(data.array(), start + (alpha ? 16 : 12));
    int[] masks = new int[4];
    for (int i = 0; i < (alpha ? 4 : 3); i++) {
      masks[i] = data.getInt(start + 4 * i);
      int shifted = masks[i] == 0 ? 0 : masks[i] >>> Integer.numberOfTrailingZeros(masks[i]);
      if ((shifted & shifted + 1) != 0) {
        throw unsupported("a mask with gaps (" + Integer.toHexString(masks[i]) + ")");
      }
    }
    return masks;
  }

  /** Colours up to the pixels or the end of the file. */
  private static int[] palette(ByteBuffer data, int start, int step, int colours, int pixels) {
    int end = Math.min(pixels > start ? pixels : data.limit(), data.limit());
    int[] palette = new int[Math.max(0, Math.min(colours, (end - start) / step))];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = Bytes.u24LittleEndian(data.array(), start + i * step);
    }
    return palette;
  }

  private static void require(byte[] file, int length) {
    if (file.length < length) {
      throw ended(file.length);
    }
  }

  static ImageException ended(int at) {
    return new ImageException(
        Reason.TRUNCATED, "the BMP file ends at byte " + at + " before its image does");
  }

  static ImageException unsupported(String found) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT,
        "found a BMP file with " + found + ": convert it first, to PNG for example");
  }
}
