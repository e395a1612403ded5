package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads CBOR that others wrote: integers as Long, strings, bytes, lists, maps, tags, booleans.
 * Other simple values and floating-point numbers become {@link Cbor.Absent}. Layout: RFC 8949,
 * section 3.
 */
final class CborReader {

  private static final int MAX_DEPTH = 50;
  private static final int INDEFINITE = 31;
  private static final int BREAK = 0xFF;

  private final ByteBuffer in;

  private CborReader(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes);
  }

  /**
   * Decodes a value; bytes after it are ignored.
   *
   * @throws IllegalArgumentException if the bytes are damaged or nested too deeply
   */
  static Object decode(byte[] bytes) {
    try {
      return new CborReader(bytes).value(0);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("CBOR ends too early", e);
    }
  }

  private Object value(int depth) {
    int head = in.get() & 0xFF;
    int type = head >> 5;
    int info = head & 31;
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("CBOR is nested too deeply");
    }
    if (info == INDEFINITE) {
      return indefinite(type, depth);
    }
    long number = number(info);
    return switch (type) {
      case 0 -> number;
      case 1 -> -1 - number;
      case 2 -> bytes(number);
      case 3 -> new String(bytes(number), UTF_8);
      case 4 -> list(number, depth);
      case 5 -> map(number, depth);
      case 6 -> new Cbor.Tagged((int) number, value(depth + 1));
      default -> info == 20 ? Boolean.FALSE : info == 21 ? Boolean.TRUE : Cbor.Absent.NULL;
    };
  }

  private long number(int info) {
    return switch (info) {
      case 24 -> in.get() & 0xFF;
      case 25 -> in.getShort() & 0xFFFF;
      case 26 -> Integer.toUnsignedLong(in.getInt());
      case 27 -> in.getLong();
      case 28, 29, 30 -> throw new IllegalArgumentException("CBOR has an unknown length");
      default -> info;
    };
  }

  private byte[] bytes(long length) {
    byte[] bytes = new byte[count(length)];
    in.get(bytes);
    return bytes;
  }

  /** A number of bytes or items, of which each has at least one byte. */
  private int count(long number) {
    if (number < 0 || number > in.remaining()) {
      throw new IllegalArgumentException("CBOR ends too early");
    }
    return (int) number;
  }

  private List<Object> list(long length, int depth) {
    List<Object> list = new ArrayList<>();
    for (int i = count(length); i > 0; i--) {
      list.add(value(depth + 1));
    }
    return list;
  }

  private Map<Object, Object> map(long length, int depth) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = count(length); i > 0; i--) {
      map.put(value(depth + 1), value(depth + 1));
    }
    return map;
  }

  private Object indefinite(int type, int depth) {
    List<Object> parts = new ArrayList<>();
    while ((in.get(in.position()) & 0xFF) != BREAK) {
      parts.add(value(depth + 1));
    }
    in.get();
    return switch (type) {
      case 2 -> joined(parts);
      case 3 -> String.join("", parts.stream().map(String::valueOf).toList());
      case 4 -> parts;
      case 5 -> pairs(parts);
      default -> throw new IllegalArgumentException("CBOR has an unknown length");
    };
  }

  private static byte[] joined(List<Object> parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof byte[] bytes) {
        joined.writeBytes(bytes);
      }
    }
    return joined.toByteArray();
  }

  private static Map<Object, Object> pairs(List<Object> parts) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i + 1 < parts.size(); i += 2) {
      map.put(parts.get(i), parts.get(i + 1));
    }
    return map;
  }
}
