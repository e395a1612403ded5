package io.spackle.image;

import java.util.Optional;

/**
 * What a file says about its picture beside the pixels.
 *
 * @param orientation as EXIF counts, 1 to 8; 1 is upright
 * @param profile an ICC profile, unchecked
 */
record FileFacts(int orientation, Optional<byte[]> profile) {

  static final FileFacts NONE = new FileFacts(1, Optional.empty());

  FileFacts withOrientation(int other) {
    return new FileFacts(other, profile);
  }

  FileFacts withProfile(byte[] other) {
    return new FileFacts(orientation, Optional.of(other));
  }
}
