package io.spackle.codec;

import io.spackle.binary.Bytes;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;

/** A check of a WebP file's chunks. Layout: RFC 9649, section 2. */
final class WebpCheck {

  private static final int FILE_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;

  private WebpCheck() {}

  /** Whether the first image of a checked file is lossless. */
  static boolean isLossless(byte[] bytes) {
    int at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= bytes.length) {
      if (Bytes.startsWith(bytes, at, "VP8 ") || Bytes.startsWith(bytes, at, "VP8L")) {
        return bytes[at + 3] == 'L';
      }
      long length = Bytes.u32LittleEndian(bytes, at + 4);
      at = (int) Math.min(bytes.length, at + CHUNK_HEADER_BYTES + length + length % 2);
    }
    return false;
  }

  /**
   * Checks that the file has the length that its header declares; bytes after it are ignored.
   *
   * @throws ImageException {@code TRUNCATED}
   */
  static void check(byte[] bytes) {
    long declared = bytes.length < FILE_HEADER_BYTES ? 0 : Bytes.u32LittleEndian(bytes, 4) + 8;
    if (declared < FILE_HEADER_BYTES || declared > bytes.length) {
      throw new ImageException(
          Reason.TRUNCATED, "the WebP file has " + bytes.length + " bytes, expected " + declared);
    }
    long at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= declared) {
      long length = Bytes.u32LittleEndian(bytes, (int) at + 4);
      long data = at + CHUNK_HEADER_BYTES;
      if (data + length > declared) {
        throw new ImageException(
            Reason.TRUNCATED,
            "WebP chunk " + Bytes.tag(bytes, (int) at) + " goes beyond the end of the file");
      }
      at = data + length + length % 2; // chunks are padded to even lengths
    }
  }
}
