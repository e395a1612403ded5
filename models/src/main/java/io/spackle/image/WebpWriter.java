package io.spackle.image;

/** WebP files. */
final class WebpWriter {

  private WebpWriter() {}

  // The pom has no library for it yet.
  static byte[] write(RgbImage image) {
    throw new UnsupportedOperationException("WebP pictures of " + image.width() + " pixels");
  }
}
