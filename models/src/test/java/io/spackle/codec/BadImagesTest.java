package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes give either an image or an {@link ImageException} with the reason. */
class BadImagesTest {

  private static final DecodeLimits LIMITS = DecodeLimits.defaults();

  @Test
  void otherContentIsRejectedByName() {
    assertRejected(new byte[0], Reason.EMPTY, "no bytes");
    assertRejected("<svg width='9'/>", Reason.UNSUPPORTED_FORMAT, "SVG");
    assertRejected("<?xml version='1.0'?>\n<svg/>", Reason.UNSUPPORTED_FORMAT, "SVG");
    assertRejected("%PDF-1.7", Reason.UNSUPPORTED_FORMAT, "PDF");
    assertRejected("8BPS\0\1", Reason.UNSUPPORTED_FORMAT, "Photoshop");
    assertRejected("\0\0\0\u0020ftypavif", Reason.UNSUPPORTED_FORMAT, "AVIF");
    assertRejected(" <!DOCTYPE html><html>", Reason.NOT_AN_IMAGE, "a web page");
    assertRejected("{\"error\": 404}", Reason.NOT_AN_IMAGE, "JSON");
    assertRejected("PK\3\4", Reason.NOT_AN_IMAGE, "zip");
    assertRejected("hello", Reason.NOT_AN_IMAGE, "68 65 6c 6c 6f");
    assertRejected("B", Reason.NOT_AN_IMAGE, "expected JPEG, PNG, WebP, GIF, BMP or TIFF");
  }

  @Test
  void oversizedImagesAreRejectedByTheirHeader() throws IOException {
    ByteBuffer png = ByteBuffer.wrap(png());
    assertTooLarge(png.putInt(16, 50_000).putInt(20, 50_000).array(), "50000 x 50000");
    ByteBuffer gif = ByteBuffer.wrap(FileBuilder.jdk(TestImages.gradient(8, 8), "gif"));
    gif.order(ByteOrder.LITTLE_ENDIAN);
    int frame = indexOf(gif.array(), ',', 13 + 3 * (2 << (gif.get(10) & 7)));
    gif.putShort(frame + 5, (short) 65_535).putShort(frame + 7, (short) 65_535);
    assertTooLarge(gif.array(), "65535 x 65535");
    ByteBuffer jpeg = ByteBuffer.wrap(jpeg());
    int size = startOfFrame(jpeg.array()) + 5;
    jpeg.putShort(size, (short) 65_500).putShort(size + 2, (short) 65_500);
    assertTooLarge(jpeg.array(), "65500 x 65500");
    ByteBuffer bmp = ByteBuffer.wrap(FileBuilder.jdk(TestImages.gradient(8, 8), "bmp"));
    bmp.order(ByteOrder.LITTLE_ENDIAN).putInt(18, 20_000).putInt(22, 20_000);
    assertTooLarge(bmp.array(), "20000 x 20000");
  }

  private static void assertTooLarge(byte[] file, String found) {
    assertRejected(file, Reason.TOO_LARGE, found);
    assertThatThrownBy(() -> ImageCodec.pixels(file, LIMITS)).hasMessageContaining(found);
  }

  @Test
  void messageContainsTheLimits() {
    byte[] file = ImageCodec.encode(TestImages.gradient(30, 20), ImageFormat.PNG);
    assertThatThrownBy(() -> ImageCodec.decode(file, new DecodeLimits(599, 100, 0)))
        .hasMessageContaining("30 x 20")
        .hasMessageContaining("599");
    assertThatThrownBy(() -> ImageCodec.decode(file, new DecodeLimits(600, 29, 0)))
        .hasMessageContaining("29 a side");
    assertThat(ImageCodec.decode(file, new DecodeLimits(600, 30, 0)).width()).isEqualTo(30);
  }

  @Test
  void truncatedJpegIsRejected() {
    byte[] file = jpeg();
    int header = startOfFrame(file) + 20;
    for (int length = header; length < file.length; length += 7) {
      assertRejected(Arrays.copyOf(file, length), Reason.TRUNCATED, "JPEG");
    }
    assertRejected(Arrays.copyOf(file, header - 20), Reason.TRUNCATED, "JPEG"); // no size in it
    byte[] missing = FileBuilder.join(Arrays.copyOf(file, file.length - 200), end(file, 2));
    assertThatThrownBy(() -> ImageCodec.decode(missing, LIMITS)).isInstanceOf(ImageException.class);
  }

  @Test
  void truncatedOrDamagedPngIsRejected() {
    byte[] file = png();
    for (int length = 40; length < file.length; length += 3) {
      assertRejected(Arrays.copyOf(file, length), Reason.TRUNCATED, "PNG");
    }
    byte[] damaged = file.clone();
    damaged[60] ^= 4;
    assertRejected(damaged, Reason.CORRUPT, "IDAT");
    byte[] halfFilled = FileBuilder.png(4, 8, 0, new byte[][] {new byte[4], {}, {}, {}});
    assertThatThrownBy(() -> ImageCodec.decode(halfFilled, LIMITS))
        .isInstanceOf(ImageException.class);
  }

  @Test
  void damagedFilesGiveAnImageOrAnImageException() throws IOException {
    DecodeLimits small = new DecodeLimits(1_000_000, 4000, 0);
    Random random = new Random(11);
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      for (int round = 0; round < 150; round++) {
        byte[] bytes = damaged(file.getValue(), random);
        try {
          ImageCodec.decode(bytes, small);
          ImageCodec.decodeMask(bytes, small);
        } catch (ImageException e) {
          assertThat(e.getMessage()).as(file.getKey()).isNotBlank();
        } catch (RuntimeException | Error e) {
          fail(file.getKey() + " in round " + round, e);
        }
      }
    }
  }

  private static byte[] damaged(byte[] file, Random random) {
    byte[] bytes =
        random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
    for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
      int reach = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 64);
      bytes[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static Map<String, byte[]> files() throws IOException {
    RgbImage image = TestImages.gradient(40, 30);
    byte[] exif = FileBuilder.exif(6, ByteOrder.LITTLE_ENDIAN);
    byte[] webp = ImageCodec.encode(image, ImageFormat.WEBP);
    byte[] segment = FileBuilder.join("Exif\0\0".getBytes(ISO_8859_1), exif);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("jpeg", jpeg());
    files.put("cmyk", TestImages.file("cmyk.jpg"));
    files.put("jpeg with exif", FileBuilder.withSegment(jpeg(), 0xE1, segment));
    files.put("png", png());
    files.put("webp", webp);
    files.put("webp with exif", FileBuilder.extendedWebp(webp, image, "EXIF", exif));
    files.put("gif", FileBuilder.jdk(image, "gif"));
    files.put("bmp", FileBuilder.jdk(image, "bmp"));
    files.put("tiff", FileBuilder.tiff(image, 3));
    return files;
  }

  private static void assertRejected(String text, Reason reason, String found) {
    assertRejected(text.getBytes(ISO_8859_1), reason, found);
  }

  private static void assertRejected(byte[] file, Reason reason, String found) {
    assertThatThrownBy(() -> ImageCodec.decode(file, LIMITS))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
        .hasMessageContaining(found);
  }

  private static byte[] png() {
    return ImageCodec.encode(TestImages.random(new Random(4), 20, 20), ImageFormat.PNG);
  }

  private static byte[] jpeg() {
    return ImageCodec.encode(TestImages.random(new Random(4), 40, 30), ImageFormat.JPEG);
  }

  private static byte[] end(byte[] file, int length) {
    return Arrays.copyOfRange(file, file.length - length, file.length);
  }

  /** The position of the start-of-frame marker, which precedes the image's size. */
  private static int startOfFrame(byte[] jpeg) {
    for (int at = 0; ; at++) {
      if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) 0xC0) {
        return at;
      }
    }
  }

  private static int indexOf(byte[] bytes, int value, int from) {
    for (int at = from; ; at++) {
      if (bytes[at] == value) {
        return at;
      }
    }
  }
}
