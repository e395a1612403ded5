package io.spackle.metadata;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/** Reads parts of binary files. Callers of the methods for numbers and tags check bounds. */
final class Bytes {

  private Bytes() {}

  static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xFF;
  }

  static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  static long u32(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
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

  static byte[] latin(String text) {
    return text.getBytes(ISO_8859_1);
  }

  static byte[] from(byte[] bytes, int start) {
    return Arrays.copyOfRange(bytes, start, bytes.length);
  }

  /** The position of a byte with the value 0, or -1. */
  static int zero(byte[] bytes, int from) {
    for (int at = from; at < bytes.length; at++) {
      if (bytes[at] == 0) {
        return at;
      }
    }
    return -1;
  }
}
