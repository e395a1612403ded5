package io.spackle.codec;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
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
 * Decoding through ImageIO readers that are chosen here, by file type.
 *
 * <p>ImageIO's own look-up depends on the class loader that asked first; in a Spark executor that
 * is not the one which has the plug-ins.
 */
final class ImageDecoder {

  private static final Map<FileType, ImageReaderSpi> PLUGINS = plugins();

  private ImageDecoder() {}

  /**
   * The first image of a file. The header is checked first, then the file's structure, then pixels
   * are decoded.
   *
   * @throws ImageException for anything that is wrong with the bytes
   */
  static DecodedImage read(byte[] bytes, FileType type, DecodeLimits limits) {
    return using(bytes, type, reader -> decode(reader, bytes, type, limits));
  }

  /**
   * The pixels of the first image, as the header counts them.
   *
   * @throws ImageException if that is more than is allowed, or the header is damaged
   */
  static long pixels(byte[] bytes, FileType type, DecodeLimits limits) {
    return using(bytes, type, reader -> pixels(reader, limits));
  }

  /**
   * The size of the first image when it is upright.
   *
   * @throws ImageException if that is more than is allowed, or the file's structure is damaged
   */
  static ImageInfo info(byte[] bytes, FileType type, DecodeLimits limits) {
    boolean exchanged = Orientation.exchanges(FileFacts.of(bytes, type).orientation());
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

  private static DecodedImage decode(
      ImageReader reader, byte[] bytes, FileType type, DecodeLimits limits) throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    pixels(reader, limits);
    FileFacts facts = FileFacts.of(bytes, type);
    BufferedImage image = reader.read(0);
    refuse(warnings);
    DecodedImage stored = RasterSamples.of(image);
    RgbImage colour =
        facts
            .profile()
            .flatMap(IccColours::space)
            .or(() -> RasterSamples.rgbSpace(image))
            .map(space -> IccColours.toSrgb(stored.colour(), space))
            .orElse(stored.colour());
    return new DecodedImage(colour, stored.alpha()).upright(facts.orientation());
  }

  private static long pixels(ImageReader reader, DecodeLimits limits) throws IOException {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    limits.check(width, height);
    return (long) width * height;
  }

  private interface Use<T> {
    T apply(ImageReader reader) throws IOException;
  }

  private static <T> T using(byte[] bytes, FileType type, Use<T> use) {
    ImageReader reader = null;
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader = PLUGINS.get(type).createReaderInstance();
      reader.setInput(in, true, true);
      return use.apply(reader);
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // readers throw anything at damaged files
      throw damaged(e, type);
    } finally {
      if (reader != null) {
        reader.dispose();
      }
    }
  }

  private static Map<FileType, ImageReaderSpi> plugins() {
    ImageIO.setUseCache(false); // no temporary files
    ImageReaderSpi jpeg = new JPEGImageReaderSpi();
    // Registration is what makes this plug-in find the JDK's reader, which it builds upon.
    IIORegistry.getDefaultInstance().registerServiceProvider(jpeg);
    Map<FileType, ImageReaderSpi> plugins = new EnumMap<>(FileType.class);
    for (FileType type : FileType.values()) {
      plugins.put(
          type,
          switch (type) {
            case JPEG -> jpeg;
            case WEBP -> new WebPImageReaderSpi();
            case PNG, GIF, BMP, TIFF -> JdkPlugins.find(ImageReaderSpi.class, type.name());
          });
    }
    return plugins;
  }

  /** The JDK's JPEG reader paints on where data are damaged, and only warns. */
  private static void refuse(List<String> warnings) {
    for (String warning : warnings) {
      if (warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous")) {
        throw new ImageException(Reason.CORRUPT, "the JPEG decoder says: " + warning);
      }
    }
  }

  private static ImageException damaged(Exception cause, FileType type) {
    boolean cutOff = false;
    for (Throwable t = cause; t != null; t = t.getCause()) {
      cutOff |= t instanceof EOFException;
    }
    return new ImageException(
        cutOff ? Reason.TRUNCATED : Reason.CORRUPT,
        "the " + type + " decoder says: " + cause,
        cause);
  }
}
