package io.spackle.codec;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * An image file open for decoding: its first image, or the first frame of an animation.
 *
 * <p>The ImageIO readers are selected here, by file type: ImageIO's own lookup depends on the class
 * loader that used it first, which in a Spark executor does not see the plug-ins. WebP files are
 * decoded by libwebp, the others in Java or by the JDK.
 */
final class ImageFile {

  /** A part of the message of libwebp's plug-in for a file that ends too early. */
  private static final String WEBP_ENDED = "NotEnoughData";

  private static final Map<FileType, ImageReaderSpi> READERS = readers();

  private final ImageReader reader;
  private final Optional<FirstFrame> frame;
  private final boolean isDeclaredOpaque;

  private ImageFile(ImageReader reader, Optional<FirstFrame> frame, boolean isDeclaredOpaque) {
    this.reader = reader;
    this.frame = frame;
    this.isDeclaredOpaque = isDeclaredOpaque;
  }

  /** What is done with an open file. */
  interface Task<T> {
    T apply(ImageFile file) throws IOException;
  }

  /**
   * Opens a file, applies a task, and closes the file.
   *
   * @throws ImageException for any failure of the decoder
   */
  static <T> T using(byte[] bytes, FileType type, Task<T> task) {
    Optional<FirstFrame> frame = FirstFrame.of(bytes, type);
    byte[] still = type == FileType.JPEG ? JpegCheck.withoutProfile(bytes) : bytes;
    byte[] file = frame.map(FirstFrame::file).orElse(still);
    ImageReader reader = null;
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader = READERS.get(type).createReaderInstance();
      reader.setInput(in, true, true);
      boolean opaque = type == FileType.WEBP && WebpFrame.isDeclaredOpaque(file);
      return task.apply(new ImageFile(reader, frame, opaque));
    } catch (ImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // readers throw any exception for damaged files
      throw failed(e, bytes, type);
    } catch (LinkageError e) {
      throw new ImageException(
          Reason.UNSUPPORTED_FORMAT,
          "no native " + type + " decoder on this platform (" + e + "): store PNG or JPEG",
          e);
    } finally {
      if (reader != null) {
        reader.dispose();
      }
    }
  }

  /** The stored width, of an animation that of its canvas. */
  int width() throws IOException {
    return frame.isPresent() ? frame.get().canvasWidth() : reader.getWidth(0);
  }

  /** The stored height, of an animation that of its canvas. */
  int height() throws IOException {
    return frame.isPresent() ? frame.get().canvasHeight() : reader.getHeight(0);
  }

  /** Decodes the samples as stored; the caller has checked the size. */
  DecodedImage pixels() throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    DecodedImage decoded = RasterSamples.of(reader.read(0));
    rejectCorrupt(warnings);
    DecodedImage samples = isDeclaredOpaque ? decoded.withoutAlpha() : decoded;
    return frame.map(f -> f.onCanvas(samples)).orElse(samples);
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

  /** The file's own structure tells damage from a kind of file that the decoder does not know. */
  private static ImageException failed(Exception cause, byte[] bytes, FileType type) {
    try {
      type.check(bytes);
    } catch (ImageException damage) {
      return damage;
    }
    boolean ended = false;
    for (Throwable t = cause; t != null; t = t.getCause()) {
      ended |= t instanceof EOFException || String.valueOf(t.getMessage()).contains(WEBP_ENDED);
    }
    return ended
        ? new ImageException(
            Reason.TRUNCATED, "the " + type + " file ends before its image: " + cause, cause)
        : new ImageException(
            Reason.UNSUPPORTED_FORMAT,
            "the "
                + type
                + " decoder reports: "
                + cause
                + ": store the image again, as PNG or JPEG",
            cause);
  }
}
