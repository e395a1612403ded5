package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.codec.BmpHeader.Compression;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Optional;

/**
 * A BMP file. The JDK's reader knows neither the alpha of 16-bit pixels nor OS/2's long header, and
 * takes padding for an alpha. Layout: see {@link BmpHeader}.
 */
final class BmpDecoder implements ImageDecoder {

  private static final int ALPHA = 3;

  private final byte[] file;
  private final BmpHeader header;
  private final int width;
  private final int height;

  private BmpDecoder(byte[] file, BmpHeader header) {
    this.file = file;
    this.header = header;
    width = header.size().width();
    height = header.size().height();
  }

  /**
   * Reads the headers.
   *
   * @throws io.spackle.image.ImageException as {@link BmpHeader#read}
   */
  static BmpDecoder open(byte[] file) {
    return new BmpDecoder(file, BmpHeader.read(file));
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public DecodedImage decode() {
    if (header.compression() == Compression.NONE) {
      row(0); // checks the length of the file before anything is allocated
    }
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, width * height)];
    byte[] alpha = new byte[header.bits() > 8 && header.masks()[ALPHA] != 0 ? width * height : 0];
    if (header.bits() <= 8) {
      decodePalette(pixels);
    } else if (header.bits() == 24) {
      decodeBgr(pixels);
    } else {
      decodeFields(pixels, alpha);
    }
    return new DecodedImage(
        new RgbImage(width, height, pixels),
        alpha.length > 0 ? Optional.of(new Mask(width, height, alpha)) : Optional.empty(),
        false,
        Optional.empty());
  }

  /** The position of a row of an uncompressed image, counted from the upper one. */
  private int row(int y) {
    long bytes = ((long) width * header.bits() + 31) / 32 * 4;
    int stored = header.size().topDown() ? y : height - 1 - y;
    long last = header.pixels() + (height - 1) * bytes + ((long) width * header.bits() + 7) / 8;
    if (last > file.length) {
      throw BmpHeader.ended(file.length);
    }
    return (int) (header.pixels() + stored * bytes);
  }

  private void decodePalette(byte[] pixels) {
    byte[] indices = header.compression() == Compression.NONE ? packed() : runs();
    int[] palette = header.palette();
    for (int i = 0; i < indices.length; i++) {
      int index = indices[i] & 0xFF;
      int colour = index < palette.length ? palette[index] : 0; // beyond the palette: black
      put(pixels, i, colour >> 16, colour >> 8, colour);
    }
  }

  private static void put(byte[] pixels, int at, int red, int green, int blue) {
    pixels[3 * at] = (byte) red;
    pixels[3 * at + 1] = (byte) green;
    pixels[3 * at + 2] = (byte) blue;
  }

  /** Palette indices of 1 to 8 bits, the first in the highest bits. */
  private byte[] packed() {
    int bits = header.bits();
    byte[] indices = new byte[width * height];
    for (int y = 0, to = 0; y < height; y++) {
      int from = row(y);
      for (int x = 0; x < width; x++, to++) {
        int shift = 8 - bits - x * bits % 8;
        indices[to] = (byte) (file[from + x * bits / 8] >> shift & (1 << bits) - 1);
      }
    }
    return indices;
  }

  private byte[] runs() {
    boolean nibbles = header.compression() == Compression.RUNS_4;
    if (header.bits() != (nibbles ? 4 : 8)) {
      throw BmpHeader.unsupported("run lengths for pixels of " + header.bits() + " bits");
    }
    byte[] stored = new BmpRuns(file, header.pixels(), nibbles).decode(width, height);
    byte[] indices = new byte[stored.length];
    for (int y = 0; y < height; y++) {
      int from = header.size().topDown() ? y : height - 1 - y;
      System.arraycopy(stored, from * width, indices, y * width, width);
    }
    return indices;
  }

  private void decodeBgr(byte[] pixels) {
    for (int y = 0, to = 0; y < height; y++) {
      int from = row(y);
      for (int x = 0; x < width; x++, from += 3, to += 3) {
        pixels[to] = file[from + 2];
        pixels[to + 1] = file[from + 1];
        pixels[to + 2] = file[from];
      }
    }
  }

  private void decodeFields(byte[] pixels, byte[] alpha) {
    int[] masks = header.masks();
    int bytes = header.bits() / 8;
    for (int y = 0, to = 0; y < height; y++) {
      int from = row(y);
      for (int x = 0; x < width; x++, from += bytes, to++) {
        int pixel =
            bytes == 2
                ? Bytes.u16LittleEndian(file, from)
                : (int) Bytes.u32LittleEndian(file, from);
        put(pixels, to, level(pixel, masks[0]), level(pixel, masks[1]), level(pixel, masks[2]));
        if (alpha.length > 0) {
          alpha[to] = (byte) level(pixel, masks[ALPHA]);
        }
      }
    }
  }

  /** A field of a pixel, scaled to 8 bits and rounded. */
  private static int level(int pixel, int mask) {
    if (mask == 0) {
      return 0;
    }
    int shift = Integer.numberOfTrailingZeros(mask);
    long max = Integer.toUnsignedLong(mask >>> shift);
    long value = Integer.toUnsignedLong((pixel & mask) >>> shift);
    return max == 255 ? (int) value : (int) ((value * 255 + max / 2) / max);
  }
}
