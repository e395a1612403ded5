package io.spackle.codec;

import java.io.IOException;

/**
 * An image file open for decoding: its first image or, of an animation, the first frame on its
 * canvas. Sizes are read from the header; the caller checks them before it decodes.
 */
interface ImageDecoder extends AutoCloseable {

  /** The stored width in pixels, before any orientation is applied. */
  int width() throws IOException;

  /** The stored height in pixels. */
  int height() throws IOException;

  /**
   * Decodes the pixels.
   *
   * @throws IOException or any {@link RuntimeException} if the decoder cannot read the file
   */
  DecodedImage decode() throws IOException;

  @Override
  default void close() {}
}
