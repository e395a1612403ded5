package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Reads numbers and tags of binary files. Callers check bounds. */
final class ByteReader {

  private ByteReader() {}

  static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xFF;
  }

  static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  static int u24(byte[] bytes, int at) {
    return u16(bytes, at) << 8 | u8(bytes, at + 2);
  }

  static long u32(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  static int u16LittleEndian(byte[] bytes, int at) {
    return u8(bytes, at) | u8(bytes, at + 1) << 8;
  }

  static int u24LittleEndian(byte[] bytes, int at) {
    return u16LittleEndian(bytes, at) | u8(bytes, at + 2) << 16;
  }

  static long u32LittleEndian(byte[] bytes, int at) {
    return Integer.toUnsignedLong(Integer.reverseBytes((int) u32(bytes, at)));
  }

  /** The four-letter name of a part of a file. */
  static String tag(byte[] bytes, int at) {
    return new String(bytes, at, 4, ISO_8859_1);
  }

  static boolean startsWith(byte[] bytes, int at, String prefix) {
    return bytes.length - at >= prefix.length()
        && new String(bytes, at, prefix.length(), ISO_8859_1).equals(prefix);
  }
}
