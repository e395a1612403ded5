package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;

/**
 * Bytes of a file to pixels and back.
 *
 * <p>Read are JPEG (CMYK too), PNG, WebP, GIF, BMP and TIFF, told apart by their first bytes; of an
 * animation the first frame. The EXIF orientation is applied. RGB colours with an ICC profile are
 * converted to sRGB, a damaged profile is ignored; without one they are taken as they are. 16-bit
 * samples are scaled to 8. Bytes after the end of the image are ignored, text in it is never
 * inflated.
 *
 * <p>Stateless and safe for use by many threads.
 */
public final class ImageCodec {

  private static final float JPEG_QUALITY = 0.95f;

  private ImageCodec() {}

  /**
   * The pixels of an image as its header counts them: what decoding it will take, known before.
   *
   * @param limits checked as {@link #decode} does
   * @throws ImageException if the header is none of an image within the limits
   */
  public static long pixels(byte[] bytes, DecodeLimits limits) {
    return ImageDecoder.pixels(bytes, FileType.of(bytes), limits);
  }

  /**
   * The size and the format of an image, without decoding it.
   *
   * @param limits checked as {@link #decode} does
   * @throws ImageException if the file is none of an image within the limits
   */
  public static ImageInfo info(byte[] bytes, DecodeLimits limits) {
    return ImageDecoder.info(bytes, FileType.of(bytes), limits);
  }

  /**
   * An init image.
   *
   * @param limits checked against the header before a pixel is decoded; their background shows
   *     through transparent pixels, mixed in 8 bits as Pillow's {@code paste} does
   * @throws ImageException if the bytes are no such image
   */
  public static RgbImage decode(byte[] bytes, DecodeLimits limits) {
    return read(bytes, limits).on(limits.background());
  }

  /**
   * A mask: the brightness of the image, on black.
   *
   * <p>If the image has transparent pixels and all that is visible of it has one colour, say
   * strokes in red on nothing, then its alpha is the mask: opaque repaints.
   *
   * @throws ImageException if the bytes are no such image
   */
  public static Mask decodeMask(byte[] bytes, DecodeLimits limits) {
    return read(bytes, limits).asMask();
  }

  /** A file with the image; equal images give equal bytes. */
  public static byte[] encode(RgbImage image, ImageFormat format) {
    return switch (format) {
      case PNG -> PngWriter.write(image);
      case JPEG -> JpegWriter.write(image, JPEG_QUALITY);
      case WEBP -> WebpWriter.write(image);
    };
  }

  private static DecodedImage read(byte[] bytes, DecodeLimits limits) {
    return ImageDecoder.read(bytes, FileType.of(bytes), limits);
  }
}
