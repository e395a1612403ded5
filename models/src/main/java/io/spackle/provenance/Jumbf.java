package io.spackle.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.upokecenter.cbor.CBORObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * JUMBF boxes: a length, a type and content. Layout: ISO 19566-5, annex A and B; C2PA 2.2, 11.1.
 */
final class Jumbf {

  static final int HEADER_BYTES = 8;

  /** The end of the UUIDs of content types; they start with four letters. */
  private static final byte[] UUID_END = HexFormat.of().parseHex("00110010800000aa00389b71");

  private static final byte REQUESTABLE_WITH_LABEL = 3;

  private Jumbf() {}

  /** A box. */
  static byte[] box(String type, byte[]... content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int length = HEADER_BYTES;
    for (byte[] part : content) {
      length += part.length;
    }
    out.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    out.writeBytes(type.getBytes(UTF_8));
    for (byte[] part : content) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /**
   * A box of boxes.
   *
   * @param type four letters
   * @param label by which URLs name the box
   */
  static byte[] superbox(String type, String label, byte[]... boxes) {
    ByteArrayOutputStream description = new ByteArrayOutputStream();
    description.writeBytes(type.getBytes(UTF_8));
    description.writeBytes(UUID_END);
    description.write(REQUESTABLE_WITH_LABEL);
    description.writeBytes(label.getBytes(UTF_8));
    description.write(0);
    byte[][] content = new byte[boxes.length + 1][];
    content[0] = box("jumd", description.toByteArray());
    System.arraycopy(boxes, 0, content, 1, boxes.length);
    return box("jumb", content);
  }

  /** A box with one value in CBOR. */
  static byte[] cbor(String type, String label, CBORObject value) {
    return superbox(type, label, box("cbor", value.EncodeToBytes()));
  }

  /** The hash of a box without its length and type, by which links check it. */
  static byte[] contentHash(byte[] box) {
    MessageDigest digest = sha256();
    digest.update(box, HEADER_BYTES, box.length - HEADER_BYTES);
    return digest.digest();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
