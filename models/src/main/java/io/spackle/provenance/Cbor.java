package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;

/**
 * CBOR of integers, strings, lists and maps: the few types that manifests have. Lengths are
 * definite and as short as possible; maps keep their order. Layout: RFC 8949, sections 3 and 4.2.1.
 */
final class Cbor {

  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int LIST = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int TRUE = 0xF5;
  private static final int FALSE = 0xF4;
  private static final int NULL = 0xF6;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Cbor() {}

  /** A value with a tag. */
  record Tagged(int tag, Object value) {}

  /** The absence of a value, which maps and lists of Java cannot have. */
  enum Absent {
    NULL
  }

  /**
   * Encodes a value.
   *
   * @param value an Integer, Boolean, String, byte[], List, Map, {@link Tagged} or {@link Absent}
   */
  static byte[] encode(Object value) {
    Cbor cbor = new Cbor();
    cbor.write(value);
    return cbor.out.toByteArray();
  }

  private void write(Object value) {
    if (value instanceof Integer number) {
      head(number < 0 ? NEGATIVE : UNSIGNED, number < 0 ? -1 - number : number);
    } else if (value instanceof Boolean flag) {
      out.write(flag ? TRUE : FALSE);
    } else if (value instanceof String text) {
      string(TEXT, text.getBytes(UTF_8));
    } else if (value instanceof byte[] bytes) {
      string(BYTES, bytes);
    } else if (value instanceof List<?> list) {
      head(LIST, list.size());
      list.forEach(this::write);
    } else if (value instanceof Map<?, ?> map) {
      head(MAP, map.size());
      map.forEach(
          (key, item) -> {
            write(key);
            write(item);
          });
    } else if (value instanceof Tagged tagged) {
      head(TAG, tagged.tag());
      write(tagged.value());
    } else if (value == Absent.NULL) {
      out.write(NULL);
    } else {
      throw new IllegalArgumentException("no CBOR for " + value.getClass());
    }
  }

  private void string(int type, byte[] bytes) {
    head(type, bytes.length);
    out.writeBytes(bytes);
  }

  private void head(int type, int number) {
    int bytes = number < 24 ? 0 : number < 1 << 8 ? 1 : number < 1 << 16 ? 2 : 4;
    // 24, 25 and 26 say that one, two or four bytes follow.
    int inline = bytes == 0 ? number : bytes == 1 ? 24 : bytes == 2 ? 25 : 26;
    out.write(type << 5 | inline);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write(number >> 8 * i);
    }
  }
}
