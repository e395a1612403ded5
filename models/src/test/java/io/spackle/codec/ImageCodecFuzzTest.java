package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import io.spackle.image.ImageException;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes give an image within the limits or an {@link ImageException}, in bounded time and
 * memory. Builds run the seeds; {@code JAZZER_FUZZ=1} generates inputs for ten minutes.
 */
class ImageCodecFuzzTest {

  private static final DecodeLimits LIMITS = new DecodeLimits(250_000, 4000, 0xFFFFFF);

  /** About ten bytes per pixel for each of the two images, plus tables and buffers. */
  private static final long MAX_BYTES = 128L << 20;

  private static final long MAX_NANOS = 10_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @MethodSource
  @FuzzTest(maxDuration = "10m")
  void bytes(byte[] file) {
    long start = System.nanoTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    decode(file);
    decodeMask(file);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated for %d bytes", file.length)
        .isLessThan(MAX_BYTES);
    assertThat(System.nanoTime() - start).isLessThan(MAX_NANOS);
  }

  private static void decode(byte[] file) {
    try {
      RgbImage image = ImageCodec.decode(file, LIMITS);
      assertThat((long) image.width() * image.height())
          .isEqualTo(ImageCodec.pixels(file, LIMITS))
          .isLessThanOrEqualTo(LIMITS.maxPixels());
    } catch (ImageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static void decodeMask(byte[] file) {
    try {
      ImageCodec.decodeMask(file, LIMITS);
    } catch (ImageException e) {
      assertThat(e.reason()).isNotNull();
    }
  }

  /** Small files of all formats, with all metadata that is read. */
  static Stream<Arguments> bytes() throws IOException {
    RgbImage image = TestImages.gradient(24, 16);
    byte[] exif = FileBuilder.exif(6, ByteOrder.LITTLE_ENDIAN);
    byte[] webp = ImageCodec.encode(image, ImageFormat.WEBP);
    byte[] jpeg = ImageCodec.encode(image, ImageFormat.JPEG);
    byte[] segment = FileBuilder.join("Exif\0\0".getBytes(ISO_8859_1), exif);
    return Stream.of(
            new byte[0],
            jpeg,
            FileBuilder.withSegment(jpeg, 0xE1, segment),
            TestImages.file("cmyk.jpg"),
            ImageCodec.encode(image, ImageFormat.PNG),
            FileBuilder.greyPng(new byte[][] {{1, 2}}, FileBuilder.chunk("eXIf", exif)),
            FileBuilder.greyPng(new byte[][] {{1, 2}}, FileBuilder.profileChunk(new byte[200])),
            webp,
            FileBuilder.extendedWebp(webp, image, "EXIF", exif),
            FileBuilder.jdk(image, "gif"),
            FileBuilder.jdk(image, "bmp"),
            FileBuilder.tiff(image, 3))
        .map(file -> Arguments.of((Object) file));
  }
}
