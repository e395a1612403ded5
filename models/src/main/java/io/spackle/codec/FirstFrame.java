package io.spackle.codec;

import java.util.Optional;

/**
 * The first frame of an animation: a file of this frame alone, and its place on the canvas. The
 * canvas has at least the size of the frame and is transparent around it.
 *
 * @param left the column of the frame's left edge on the canvas
 * @param top the row of its upper edge
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record FirstFrame(byte[] file, int canvasWidth, int canvasHeight, int left, int top) {

  /**
   * The first frame of a GIF file or an animated WebP file; empty for other files.
   *
   * @throws io.spackle.image.ImageException {@code TRUNCATED} or {@code UNSUPPORTED_FORMAT} if
   *     there is no valid header of a frame
   */
  static Optional<FirstFrame> of(byte[] bytes, FileType type) {
    return switch (type) {
      case GIF -> Optional.of(GifFrame.first(bytes));
      case WEBP -> WebpFrame.first(bytes);
      case JPEG, PNG, BMP, TIFF -> Optional.empty();
    };
  }

  /** The decoded frame on its canvas. */
  DecodedImage onCanvas(DecodedImage frame) {
    return frame.onCanvas(canvasWidth, canvasHeight, left, top);
  }
}
