package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;

/** The first frame of a GIF file. Layout: GIF89a specification, sections 18 to 24. */
final class GifFrame {

  private static final int HEADER_BYTES = 13;
  private static final int EXTENSION = 0x21;
  private static final int IMAGE = 0x2C;
  private static final int DESCRIPTOR_BYTES = 10;

  private GifFrame() {}

  /**
   * The place of the first frame. The file is the complete one: readers decode its first frame. A
   * frame that exceeds the logical screen enlarges the canvas, as in Pillow.
   *
   * @throws ImageException {@code TRUNCATED} or {@code UNSUPPORTED_FORMAT}
   */
  static FirstFrame first(byte[] bytes) {
    int at = descriptor(bytes);
    int left = ByteReader.u16LittleEndian(bytes, at + 1);
    int top = ByteReader.u16LittleEndian(bytes, at + 3);
    int right = left + ByteReader.u16LittleEndian(bytes, at + 5);
    int bottom = top + ByteReader.u16LittleEndian(bytes, at + 7);
    int width = Math.max(ByteReader.u16LittleEndian(bytes, 6), right);
    int height = Math.max(ByteReader.u16LittleEndian(bytes, 8), bottom);
    return new FirstFrame(bytes, width, height, left, top);
  }

  /** The position of the first image descriptor. */
  private static int descriptor(byte[] bytes) {
    int at = HEADER_BYTES + (bytes.length > 10 ? paletteBytes(bytes[10]) : 0);
    while (at + DESCRIPTOR_BYTES <= bytes.length) {
      int block = ByteReader.u8(bytes, at);
      if (block == IMAGE) {
        return at;
      }
      if (block != EXTENSION) {
        throw new ImageException(
            Reason.UNSUPPORTED_FORMAT,
            String.format(
                "GIF block %02x at byte %d, expected an image or an extension: store it again",
                block, at));
      }
      at = afterSubBlocks(bytes, at + 2);
    }
    throw new ImageException(
        Reason.TRUNCATED, "the GIF file ends at byte " + bytes.length + " before its first frame");
  }

  private static int paletteBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static int afterSubBlocks(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != 0) {
      at += 1 + ByteReader.u8(bytes, at);
    }
    return at + 1;
  }
}
