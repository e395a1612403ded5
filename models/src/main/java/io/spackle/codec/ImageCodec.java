package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import java.io.IOException;
import java.util.Optional;

/**
 * Decoding and encoding of image files. Stateless and thread-safe.
 *
 * <p>Decoded are JPEG (CMYK too), PNG, WebP, GIF, BMP and TIFF, recognized by their first bytes; of
 * an animation, the first frame. The EXIF orientation is applied. RGB colours with an ICC profile
 * are converted to sRGB; without a profile, or with a damaged one, they are taken as sRGB. 16-bit
 * samples are scaled to 8. Bytes after the end of the image are ignored, and text chunks are never
 * inflated.
 */
public final class ImageCodec {

  private static final float QUALITY = 0.95f;

  private ImageCodec() {}

  /**
   * The size and format of an image file.
   *
   * @param width of the upright image, in pixels
   * @param height of the upright image, in pixels
   * @param format of the file, such as JPEG
   */
  public record ImageInfo(int width, int height, String format) {}

  /**
   * The number of pixels according to the header: the cost of decoding the image.
   *
   * @param limits checked as by {@link #decode}
   * @throws ImageException if the header is damaged or exceeds the limits
   */
  public static long pixels(byte[] bytes, DecodeLimits limits) {
    return Decoders.using(bytes, FileType.of(bytes), file -> pixels(file, limits));
  }

  /**
   * The size and format of an image, without decoding it.
   *
   * @param limits checked as by {@link #decode}
   * @throws ImageException if the file is damaged or exceeds the limits
   */
  public static ImageInfo info(byte[] bytes, DecodeLimits limits) {
    FileType type = FileType.of(bytes);
    boolean exchanged = Orientation.exchangesAxes(ImageMetadata.read(bytes).orientation());
    return Decoders.using(
        bytes,
        type,
        file -> {
          pixels(file, limits);
          int width = file.width();
          int height = file.height();
          return exchanged
              ? new ImageInfo(height, width, type.name())
              : new ImageInfo(width, height, type.name());
        });
  }

  /**
   * Decodes an init image.
   *
   * @param limits checked against the header before pixels are decoded; transparent pixels show
   *     their background, composited in 8 bits as by Pillow's {@code paste}
   * @throws ImageException if the bytes are not an image within the limits
   */
  public static RgbImage decode(byte[] bytes, DecodeLimits limits) {
    return source(bytes, limits).rgb();
  }

  /**
   * Decodes a mask, whatever image it belongs to.
   *
   * @param limits checked as by {@link #decode}, with the rule for masks
   * @throws ImageException if the bytes are not an image within the limits; {@code MASK_UNCLEAR} if
   *     the rule does not apply to the image and is strict
   */
  public static Mask decodeMask(byte[] bytes, DecodeLimits limits) {
    return MaskReader.read(upright(bytes, limits), limits.masks()).mask();
  }

  /**
   * Decodes the mask of an init image.
   *
   * @param limits as above
   * @param target the init image, whose proportions the mask must have, except with {@link
   *     MaskRule#LUMA}
   * @throws ImageException as above; {@code MASK_UNCLEAR} for other proportions, too, if the rule
   *     is strict
   */
  public static MaskReading decodeMask(byte[] bytes, DecodeLimits limits, MaskTarget target) {
    MaskReading reading = MaskReader.read(upright(bytes, limits), limits.masks());
    return limits.masks().rule() == MaskRule.LUMA
        ? reading
        : target.fit(reading, () -> ImageMetadata.read(bytes).orientation(), limits.masks());
  }

  /** The samples as stored: a profile says nothing about what is masked. */
  private static DecodedImage upright(byte[] bytes, DecodeLimits limits) {
    return read(bytes, ImageMetadata.read(bytes).orientation(), limits);
  }

  /** Encodes an sRGB image; equal images give equal bytes. */
  public static byte[] encode(RgbImage image, ImageFormat format) {
    return OutputImage.of(image).encode(format, QUALITY);
  }

  /** Decodes an init image: see {@link SourceImage#decode}. */
  static SourceImage source(byte[] bytes, DecodeLimits limits) {
    FileType type = FileType.of(bytes);
    ImageMetadata metadata = ImageMetadata.read(bytes);
    DecodedImage image = read(bytes, metadata.orientation(), limits);
    SourceImage.Properties properties =
        new SourceImage.Properties(
            type,
            colours(metadata, image),
            metadata,
            type == FileType.JPEG ? JpegTables.of(bytes) : Optional.empty(),
            type == FileType.WEBP && WebpCheck.isLossless(bytes));
    return new SourceImage(image, properties, limits.background());
  }

  private static ColourProfile.Read colours(ImageMetadata metadata, DecodedImage image) {
    int bands = image.grey() ? 1 : RgbImage.CHANNELS;
    return metadata
        .icc()
        .map(profile -> ColourProfile.read(profile, bands))
        .orElse(ColourProfile.Read.NONE);
  }

  /** Checks the header, then the structure of the file, then decodes pixels and turns them. */
  private static DecodedImage read(byte[] bytes, int orientation, DecodeLimits limits) {
    FileType type = FileType.of(bytes);
    return Decoders.using(
        bytes,
        type,
        file -> {
          pixels(file, limits);
          type.check(bytes);
          return file.decode().upright(orientation);
        });
  }

  private static long pixels(ImageDecoder file, DecodeLimits limits) throws IOException {
    limits.check(file.width(), file.height());
    return (long) file.width() * file.height();
  }
}
