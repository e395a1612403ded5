package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.util.Arrays;

/** A check of a WebP file's chunks. Layout: RFC 9649, section 2. */
final class WebpCheck {

  private static final int FILE_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;

  private WebpCheck() {}

  /**
   * Checks that the file has the length that its header declares; bytes after it are ignored.
   *
   * @throws ImageException {@code TRUNCATED}
   */
  static FileFacts check(byte[] bytes) {
    long declared = bytes.length < FILE_HEADER_BYTES ? 0 : ByteReader.u32LittleEndian(bytes, 4) + 8;
    if (declared < FILE_HEADER_BYTES || declared > bytes.length) {
      throw new ImageException(
          Reason.TRUNCATED, "the WebP file has " + bytes.length + " bytes, expected " + declared);
    }
    FileFacts facts = FileFacts.NONE;
    long at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= declared) {
      long length = ByteReader.u32LittleEndian(bytes, (int) at + 4);
      long data = at + CHUNK_HEADER_BYTES;
      if (data + length > declared) {
        throw new ImageException(
            Reason.TRUNCATED,
            "WebP chunk " + ByteReader.tag(bytes, (int) at) + " goes beyond the end of the file");
      }
      if (ByteReader.startsWith(bytes, (int) at, "EXIF")) {
        facts = facts.withOrientation(Orientation.of(bytes, (int) data, (int) length));
      }
      if (ByteReader.startsWith(bytes, (int) at, "ICCP")) {
        facts = facts.withProfile(Arrays.copyOfRange(bytes, (int) data, (int) (data + length)));
      }
      at = data + length + length % 2; // chunks are padded to even lengths
    }
    return facts;
  }
}
