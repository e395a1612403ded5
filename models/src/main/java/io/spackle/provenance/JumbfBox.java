package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A JUMBF box that another program wrote.
 *
 * @param type four letters
 * @param bytes of the whole box
 */
record JumbfBox(String type, byte[] bytes) {

  private static final int LABEL = 17; // in a description: after the UUID and the flags

  /** Claims and signatures have some 10 KiB. A parsed value may need 200 times its bytes. */
  static final int MAX_CBOR_BYTES = 256 << 10;

  /**
   * The boxes in a range; those with lengths of 64 bits, which no metadata has, are damaged.
   *
   * @throws IllegalArgumentException if they are damaged
   */
  static List<JumbfBox> read(byte[] bytes, int start) {
    List<JumbfBox> boxes = new ArrayList<>();
    int at = start;
    while (at < bytes.length) {
      int left = bytes.length - at;
      int length = left < Jumbf.HEADER_BYTES ? 0 : ByteBuffer.wrap(bytes).getInt(at);
      if (length < Jumbf.HEADER_BYTES || length > left) {
        throw new IllegalArgumentException("a box of " + length + " bytes, of which are " + left);
      }
      String type = new String(bytes, at + 4, 4, UTF_8);
      boxes.add(new JumbfBox(type, Arrays.copyOfRange(bytes, at, at + length)));
      at += length;
    }
    return boxes;
  }

  /** The boxes in this one, its description first. */
  List<JumbfBox> boxes() {
    return read(bytes, Jumbf.HEADER_BYTES);
  }

  byte[] content() {
    return Arrays.copyOfRange(bytes, Jumbf.HEADER_BYTES, bytes.length);
  }

  /** The label of a box of boxes, or "". */
  String label() {
    List<JumbfBox> boxes = type.equals("jumb") ? boxes() : List.of();
    if (boxes.isEmpty()) {
      return "";
    }
    byte[] description = boxes.get(0).content();
    int end = LABEL;
    while (end < description.length && description[end] != 0) {
      end++;
    }
    return end < description.length ? new String(description, LABEL, end - LABEL, UTF_8) : "";
  }

  Optional<JumbfBox> find(String label) {
    return boxes().stream().filter(box -> box.label().equals(label)).findFirst();
  }

  /**
   * The value in CBOR of a box of boxes, encoded.
   *
   * @throws IllegalArgumentException if it is larger than any real one
   */
  Optional<byte[]> cbor() {
    Optional<byte[]> value =
        boxes().stream()
            .filter(box -> box.type().equals("cbor"))
            .findFirst()
            .map(JumbfBox::content);
    value.ifPresent(JumbfBox::checkSize);
    return value;
  }

  private static void checkSize(byte[] cbor) {
    if (cbor.length > MAX_CBOR_BYTES) {
      throw new IllegalArgumentException(
          "CBOR has " + cbor.length + " bytes, expected at most " + MAX_CBOR_BYTES);
    }
  }
}
