package io.spackle.metadata;

import io.spackle.binary.Bytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Photoshop's image resources, of which only the IPTC records are carried over; others are
 * thumbnails and the state of an editor. Layout: Adobe Photoshop File Formats Specification, "Image
 * Resource Blocks".
 */
final class PhotoshopResources {

  private static final String SIGNATURE = "8BIM";
  private static final int IPTC = 0x0404;
  private static final int IPTC_TAG_MARKER = 0x1C; // starts each record

  private PhotoshopResources() {}

  /** The IPTC records in resources, or in a block that has nothing else. */
  static Optional<byte[]> iptc(byte[] block) {
    if (block.length > 0 && block[0] == IPTC_TAG_MARKER) {
      return Optional.of(block);
    }
    int at = 0;
    // Signature, number, name with its length, padded to an even length, then the size.
    while (Bytes.startsWith(block, at, SIGNATURE) && block.length - at >= 12) {
      int number = Bytes.u16(block, at + 4);
      int name = 1 + Bytes.u8(block, at + 6);
      int size = at + 6 + name + name % 2;
      if (size + 4 > block.length || Bytes.u32(block, size) > block.length - size - 4) {
        break;
      }
      int length = (int) Bytes.u32(block, size);
      if (number == IPTC) {
        return Optional.of(Arrays.copyOfRange(block, size + 4, size + 4 + length));
      }
      at = size + 4 + length + length % 2;
    }
    return Optional.empty();
  }

  /** Resources that have nothing but IPTC records. */
  static byte[] of(byte[] iptc) {
    return ByteBuffer.allocate(12 + iptc.length + iptc.length % 2)
        .put(Bytes.latin(SIGNATURE))
        .putShort((short) IPTC)
        .putShort((short) 0)
        .putInt(iptc.length)
        .put(iptc)
        .array();
  }
}
