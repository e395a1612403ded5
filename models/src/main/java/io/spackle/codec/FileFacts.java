package io.spackle.codec;

import io.spackle.image.ImageException;
import java.util.Optional;

/**
 * The properties of an image that its decoder does not return.
 *
 * @param orientation as in EXIF, 1 to 8; 1 is upright
 * @param profile an ICC profile, not validated
 */
record FileFacts(int orientation, Optional<byte[]> profile) {

  static final FileFacts NONE = new FileFacts(1, Optional.empty());

  /**
   * Reads the properties of a file and checks the structure that decoders do not check.
   *
   * @throws ImageException {@code TRUNCATED} or {@code CORRUPT}
   */
  static FileFacts of(byte[] bytes, FileType type) {
    return switch (type) {
      case JPEG -> JpegCheck.check(bytes);
      case PNG -> PngCheck.check(bytes);
      case WEBP -> WebpCheck.check(bytes);
      case TIFF -> NONE.withOrientation(Orientation.of(bytes, 0, bytes.length));
      case GIF, BMP -> NONE;
    };
  }

  FileFacts withOrientation(int other) {
    return new FileFacts(other, profile);
  }

  FileFacts withProfile(byte[] other) {
    return new FileFacts(orientation, Optional.of(other));
  }
}
