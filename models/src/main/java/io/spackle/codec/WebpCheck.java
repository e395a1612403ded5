package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;

/** Walks the chunks of a WebP file. Layout: RFC 9649, section 2. */
final class WebpCheck {

  private static final int FILE_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;

  private WebpCheck() {}

  /**
   * Checks that all bytes that the file claims are there; what follows is ignored.
   *
   * @throws ImageException {@code TRUNCATED}
   */
  static FileFacts check(byte[] bytes) {
    long claimed = bytes.length < FILE_HEADER_BYTES ? 0 : ByteReader.u32LittleEndian(bytes, 4) + 8;
    if (claimed < FILE_HEADER_BYTES || claimed > bytes.length) {
      throw new ImageException(
          Reason.TRUNCATED, "the WebP file has " + bytes.length + " bytes, expected " + claimed);
    }
    FileFacts facts = FileFacts.NONE;
    long at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= claimed) {
      long length = ByteReader.u32LittleEndian(bytes, (int) at + 4);
      long data = at + CHUNK_HEADER_BYTES;
      if (data + length > claimed) {
        throw new ImageException(
            Reason.TRUNCATED,
            "WebP chunk " + ByteReader.tag(bytes, (int) at) + " goes beyond the end of the file");
      }
      if (ByteReader.startsWith(bytes, (int) at, "EXIF")) {
        facts = facts.withOrientation(ExifOrientation.of(bytes, (int) data, (int) length));
      }
      at = data + length + length % 2; // chunks are padded to even lengths
    }
    return facts;
  }
}
