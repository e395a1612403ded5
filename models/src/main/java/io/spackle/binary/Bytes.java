package io.spackle.binary;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/** Reads parts of binary files. Callers of the methods for numbers and tags check bounds. */
public final class Bytes {

  private Bytes() {}

  public static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xFF;
  }

  public static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  public static int u24(byte[] bytes, int at) {
    return u16(bytes, at) << 8 | u8(bytes, at + 2);
  }

  public static long u32(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  public static int u16LittleEndian(byte[] bytes, int at) {
    return u8(bytes, at) | u8(bytes, at + 1) << 8;
  }

  public static int u24LittleEndian(byte[] bytes, int at) {
    return u16LittleEndian(bytes, at) | u8(bytes, at + 2) << 16;
  }

  public static long u32LittleEndian(byte[] bytes, int at) {
    return Integer.toUnsignedLong(Integer.reverseBytes((int) u32(bytes, at)));
  }

  /** The four-letter name of a part of a file. */
  public static String tag(byte[] bytes, int at) {
    return new String(bytes, at, 4, ISO_8859_1);
  }

  public static boolean startsWith(byte[] bytes, int at, String prefix) {
    return bytes.length - at >= prefix.length()
        && new String(bytes, at, prefix.length(), ISO_8859_1).equals(prefix);
  }

  /** The bytes of a text of Latin-1 characters. */
  public static byte[] latin(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** A copy of the bytes from an index on. */
  public static byte[] from(byte[] bytes, int start) {
    return Arrays.copyOfRange(bytes, start, bytes.length);
  }

  /** The position of a byte with the value 0, or -1. */
  public static int zero(byte[] bytes, int from) {
    for (int at = from; at < bytes.length; at++) {
      if (bytes[at] == 0) {
        return at;
      }
    }
    return -1;
  }
}
