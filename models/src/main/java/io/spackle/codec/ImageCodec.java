package io.spackle.codec;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decoding and encoding of image files. Stateless and thread-safe.
 *
 * <p>Decoded are JPEG (CMYK too), PNG, WebP, GIF, BMP and TIFF, recognized by their first bytes; of
 * an animation, the first frame. The EXIF orientation is applied. RGB colours with an ICC profile
 * are converted to sRGB; without a profile, or with a damaged one, they are taken as sRGB. 16-bit
 * samples are scaled to 8. Bytes after the end of the image are ignored, and text chunks are never
 * inflated.
 *
 * <p>The ImageIO readers are selected here, by file type: ImageIO's own lookup depends on the class
 * loader that used it first, which in a Spark executor does not see the plug-ins.
 */
public final class ImageCodec {

  private static final float QUALITY = 0.95f;

  private static final Map<FileType, ImageReaderSpi> READERS = readers();

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
    return using(bytes, FileType.of(bytes), reader -> pixels(reader, limits));
  }

  /**
   * The size and format of an image, without decoding it.
   *
   * @param limits checked as by {@link #decode}
   * @throws ImageException if the file is damaged or exceeds the limits
   */
  public static ImageInfo info(byte[] bytes, DecodeLimits limits) {
    FileType type = FileType.of(bytes);
    boolean exchanged = Orientation.exchangesAxes(FileFacts.of(bytes, type).orientation());
    return using(
        bytes,
        type,
        reader -> {
          pixels(reader, limits);
          int width = reader.getWidth(0);
          int height = reader.getHeight(0);
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
    return read(bytes, limits).on(limits.background());
  }

  /**
   * Decodes a mask, whatever image it belongs to.
   *
   * @param limits checked as by {@link #decode}, with the rule for masks
   * @throws ImageException if the bytes are not an image within the limits; {@code MASK_UNCLEAR} if
   *     the rule does not apply to the image and is strict
   */
  public static Mask decodeMask(byte[] bytes, DecodeLimits limits) {
    return MaskReader.read(read(bytes, limits), limits.masks()).mask();
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
    MaskReading reading = MaskReader.read(read(bytes, limits), limits.masks());
    return limits.masks().rule() == MaskRule.LUMA
        ? reading
        : target.fit(reading, () -> orientation(bytes), limits.masks());
  }

  /**
   * The EXIF orientation of an image file, 1 to 8; 1 is upright.
   *
   * @throws ImageException if the file is damaged or not an image
   */
  public static int orientation(byte[] bytes) {
    return FileFacts.of(bytes, FileType.of(bytes)).orientation();
  }

  /** Encodes an image; equal images give equal bytes. */
  public static byte[] encode(RgbImage image, ImageFormat format) {
    return switch (format) {
      case PNG -> PngWriter.write(image);
      case JPEG -> LossyWriter.jpeg(image, QUALITY);
      case WEBP -> LossyWriter.webp(image, QUALITY);
    };
  }

  private static DecodedImage read(byte[] bytes, DecodeLimits limits) {
    FileType type = FileType.of(bytes);
    return using(bytes, type, reader -> read(reader, bytes, type, limits));
  }

  /** Checks the header, then the structure of the file, then decodes pixels. */
  private static DecodedImage read(
      ImageReader reader, byte[] bytes, FileType type, DecodeLimits limits) throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    pixels(reader, limits);
    FileFacts facts = FileFacts.of(bytes, type);
    BufferedImage image = reader.read(0);
    rejectCorrupt(warnings);
    DecodedImage stored = DecodedImage.of(image);
    RgbImage colour =
        facts
            .profile()
            .flatMap(IccColours::space)
            .or(() -> IccColours.space(image))
            .map(space -> IccColours.toSrgb(stored.colour(), space))
            .orElse(stored.colour());
    return new DecodedImage(colour, stored.alpha(), stored.grey(), stored.deep())
        .upright(facts.orientation());
  }

  private static long pixels(ImageReader reader, DecodeLimits limits) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    limits.check(width, height);
    return (long) width * height;
  }

  private interface ReaderTask<T> {
    T apply(ImageReader reader) throws IOException;
  }

  private static <T> T using(byte[] bytes, FileType type, ReaderTask<T> task) {
    ImageReader reader = null;
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader = READERS.get(type).createReaderInstance();
      reader.setInput(in, true, true);
      return task.apply(reader);
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // readers throw any exception for damaged files
      throw damaged(e, type);
    } finally {
      if (reader != null) {
        reader.dispose();
      }
    }
  }

  private static Map<FileType, ImageReaderSpi> readers() {
    ImageIO.setUseCache(false); // no temporary files
    ImageReaderSpi jpeg = new JPEGImageReaderSpi();
    // This plug-in delegates to the JDK's reader, which it finds when it is registered.
    IIORegistry.getDefaultInstance().registerServiceProvider(jpeg);
    Map<FileType, ImageReaderSpi> readers = new EnumMap<>(FileType.class);
    for (FileType type : FileType.values()) {
      readers.put(
          type,
          switch (type) {
            case JPEG -> jpeg;
            case WEBP -> new WebPImageReaderSpi();
            case PNG, GIF, BMP, TIFF -> JdkImaging.plugin(ImageReaderSpi.class, type.name());
          });
    }
    return readers;
  }

  /** The JDK's JPEG reader fills damaged parts with grey and only warns. */
  private static void rejectCorrupt(List<String> warnings) {
    for (String warning : warnings) {
      if (warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous")) {
        throw new ImageException(Reason.CORRUPT, "the JPEG decoder reports: " + warning);
      }
    }
  }

  private static ImageException damaged(Exception cause, FileType type) {
    boolean truncated = false;
    for (Throwable t = cause; t != null; t = t.getCause()) {
      truncated |= t instanceof EOFException;
    }
    return new ImageException(
        truncated ? Reason.TRUNCATED : Reason.CORRUPT,
        "the " + type + " decoder reports: " + cause,
        cause);
  }
}
