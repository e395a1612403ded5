package io.spackle.codec;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.EOFException;
import java.io.IOException;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The decoders of all file formats: libwebp for WebP, readers of ImageIO for JPEG, PNG and TIFF,
 * and our own for GIF and BMP.
 *
 * <p>The ImageIO readers are selected here, by file type: ImageIO's own lookup depends on the class
 * loader that used it first, which in a Spark executor does not see the plug-ins.
 */
final class Decoders {

  private static final ImageReaderSpi JPEG = JdkImaging.plugin(ImageReaderSpi.class, "JPEG");
  private static final ImageReaderSpi WEBP = new WebPImageReaderSpi();
  private static final ImageReaderSpi PNG = JdkImaging.plugin(ImageReaderSpi.class, "PNG");
  private static final ImageReaderSpi TIFF = new TIFFImageReaderSpi();

  private Decoders() {}

  /** What is done with an open file. */
  interface Task<T> {
    T apply(ImageDecoder decoder) throws IOException;
  }

  /**
   * Opens a file, applies a task, and closes the file.
   *
   * @throws ImageException for any failure of the decoder: {@code TRUNCATED} or {@code CORRUPT} if
   *     the file's structure is damaged, else {@code UNSUPPORTED_FORMAT}
   */
  static <T> T using(byte[] bytes, FileType type, Task<T> task) {
    try (ImageDecoder decoder = open(bytes, type)) {
      return task.apply(decoder);
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // readers throw any exception for damaged files
      throw failed(e, bytes, type);
    } catch (LinkageError e) {
      throw new ImageException(
          Reason.UNSUPPORTED_FORMAT,
          "no native " + type + " decoder for this platform (" + e + "): store PNG or JPEG",
          e);
    }
  }

  private static ImageDecoder open(byte[] bytes, FileType type) throws IOException {
    return switch (type) {
      case JPEG -> JpegDecoder.open(JPEG, bytes);
      case PNG -> PngDecoder.open(PNG, bytes);
      case WEBP -> WebpDecoder.open(WEBP, bytes);
      case GIF -> GifDecoder.open(bytes);
      case BMP -> BmpDecoder.open(bytes);
      case TIFF -> TiffDecoder.open(TIFF, bytes);
    };
  }

  /** The file's own structure tells damage from a kind of file that the decoder does not know. */
  private static ImageException failed(Exception cause, byte[] bytes, FileType type) {
    try {
      type.check(bytes);
    } catch (ImageException damage) {
      return damage;
    }
    Throwable root = cause;
    while (root.getCause() instanceof Exception deeper) {
      root = deeper;
    }
    return type == FileType.TIFF && root instanceof EOFException
        ? new ImageException(
            Reason.TRUNCATED, "the " + type + " file ends before its image does", cause)
        : new ImageException(
            Reason.UNSUPPORTED_FORMAT,
            "the " + type + " decoder reports: " + root + ": store the image again, as PNG or JPEG",
            cause);
  }
}
