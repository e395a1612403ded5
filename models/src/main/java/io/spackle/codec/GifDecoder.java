package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * The first frame of a GIF file on its canvas, which is transparent around it, as in browsers. A
 * frame that exceeds the logical screen enlarges the canvas, as in Pillow. Layout: GIF89a
 * specification, sections 17 to 24.
 */
final class GifDecoder implements ImageDecoder {

  private static final int SCREEN_BYTES = 13;
  private static final int EXTENSION = 0x21;
  private static final int CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final int TRAILER = 0x3B;
  private static final int DESCRIPTOR_BYTES = 10;
  private static final int MAX_LITERAL_BITS = 11;

  private static final int[] PASS_START = {0, 4, 2, 1};
  private static final int[] PASS_STEP = {8, 8, 4, 2};

  private final byte[] file;
  private final int descriptor;
  private final int transparent;

  private GifDecoder(byte[] file, int descriptor, int transparent) {
    this.file = file;
    this.descriptor = descriptor;
    this.transparent = transparent;
  }

  /**
   * Finds the first frame.
   *
   * @throws ImageException {@code TRUNCATED} or {@code UNSUPPORTED_FORMAT}
   */
  static GifDecoder open(byte[] file) {
    int transparent = -1;
    int at = SCREEN_BYTES + (file.length > 10 ? paletteBytes(file[10]) : 0);
    while (at + DESCRIPTOR_BYTES <= file.length) {
      int block = Bytes.u8(file, at);
      if (block == IMAGE) {
        return new GifDecoder(file, at, transparent);
      }
      if (block == EXTENSION && Bytes.u8(file, at + 1) == CONTROL) {
        transparent = (file[at + 3] & 1) == 0 ? -1 : Bytes.u8(file, at + 6);
      }
      at = after(file, at, block);
    }
    boolean ended = at >= file.length || Bytes.u8(file, at) != TRAILER;
    throw ended ? truncated(file) : unsupported("no frame");
  }

  private static int after(byte[] file, int at, int block) {
    if (block == EXTENSION) {
      return afterBlocks(file, at + 2);
    }
    if (block == TRAILER) {
      throw unsupported("no frame");
    }
    return at + 1; // stray bytes are skipped, as by Pillow
  }

  /** The position after data blocks and their terminator. */
  private static int afterBlocks(byte[] file, int from) {
    int at = from;
    while (at < file.length && file[at] != 0) {
      at += 1 + Bytes.u8(file, at);
    }
    return at + 1;
  }

  private static int paletteBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static ImageException truncated(byte[] file) {
    return new ImageException(
        Reason.TRUNCATED,
        "the GIF file ends at byte " + file.length + " before its first frame does");
  }

  private static ImageException unsupported(String found) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT, "the GIF file has " + found + ": store the image again");
  }

  private int number(int offset) {
    return Bytes.u16LittleEndian(file, descriptor + offset);
  }

  @Override
  public int width() {
    return Math.max(Bytes.u16LittleEndian(file, 6), number(1) + number(5));
  }

  @Override
  public int height() {
    return Math.max(Bytes.u16LittleEndian(file, 8), number(3) + number(7));
  }

  @Override
  public DecodedImage decode() {
    int frameWidth = number(5);
    byte[] indices = indices(frameWidth, number(7));
    int[] colours = colours();
    int width = width();
    byte[] alpha = new byte[width * height()];
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, alpha.length)];
    int visible = 0;
    for (int i = 0, row = 0; i < indices.length; row++) {
      int to = (number(3) + row(row)) * width + number(1);
      for (int x = 0; x < frameWidth; x++, i++, to++) {
        int index = indices[i] & 0xFF;
        pixels[3 * to] = (byte) (colours[index] >> 16);
        pixels[3 * to + 1] = (byte) (colours[index] >> 8);
        pixels[3 * to + 2] = (byte) colours[index];
        alpha[to] = (byte) (index == transparent ? 0 : 255);
        visible += index == transparent ? 0 : 1;
      }
    }
    return new DecodedImage(
        new RgbImage(width, height(), pixels),
        visible == alpha.length ? Optional.empty() : Optional.of(new Mask(width, height(), alpha)),
        false,
        Optional.empty());
  }

  /** The palette indices of the frame in the order of the file. */
  private byte[] indices(int width, int height) {
    int at = descriptor + DESCRIPTOR_BYTES + paletteBytes(flags());
    if (at >= file.length) {
      throw truncated(file);
    }
    int literalBits = Bytes.u8(file, at);
    if (literalBits < 1 || literalBits > MAX_LITERAL_BITS) {
      throw unsupported("pixels of " + literalBits + " bits, expected 1 to 8");
    }
    byte[] indices = new byte[Math.multiplyExact(width, height)];
    int decoded = GifLzw.decode(blocks(at + 1), literalBits, indices);
    if (decoded < indices.length) {
      throw afterBlocks(file, at + 1) > file.length
          ? truncated(file)
          : unsupported(decoded + " pixels, expected " + indices.length);
    }
    return indices;
  }

  /** The data of all blocks from a position on. */
  private byte[] blocks(int from) {
    ByteArrayOutputStream data = new ByteArrayOutputStream(file.length - from);
    int at = from;
    while (at < file.length && file[at] != 0) {
      int length = Math.min(Bytes.u8(file, at), file.length - at - 1);
      data.write(file, at + 1, length);
      at += 1 + length;
    }
    return data.toByteArray();
  }

  private int flags() {
    return file[descriptor + 9];
  }

  /** 256 colours: the frame's palette or else the file's, then black; without palettes, greys. */
  private int[] colours() {
    boolean local = paletteBytes(flags()) > 0;
    int bytes = paletteBytes(local ? flags() : file[10]);
    int at = local ? descriptor + DESCRIPTOR_BYTES : SCREEN_BYTES;
    int[] colours = new int[256];
    Arrays.setAll(colours, i -> bytes == 0 ? i * 0x010101 : 0);
    for (int i = 0; i < bytes / 3; i++) {
      colours[i] = Bytes.u24(file, at + 3 * i);
    }
    return colours;
  }

  /** The row of the frame that is stored as the n-th. */
  private int row(int stored) {
    int height = number(7);
    boolean interlaced = (flags() & 0x40) != 0;
    int n = stored;
    for (int pass = 0; interlaced && pass < PASS_START.length; pass++) {
      int rows = Math.max(0, height - PASS_START[pass] + PASS_STEP[pass] - 1) / PASS_STEP[pass];
      if (n < rows) {
        return PASS_START[pass] + n * PASS_STEP[pass];
      }
      n -= rows;
    }
    return n;
  }
}
