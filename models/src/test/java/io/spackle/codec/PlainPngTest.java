package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.spi.ImageReaderSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainPngTest {

  private static final int WIDTH = 23;
  private static final int HEIGHT = 40;
  private static final int RGB = 2;

  /** Random filters on random bytes, so that each filter meets all neighbours. */
  @ParameterizedTest
  @CsvSource({"0, 1", "2, 3", "4, 2", "6, 4"})
  void everyFilterIsUndoneAsByTheJdk(int colourType, int channels) throws IOException {
    byte[] file = file(colourType, filtered(channels, 5));
    DecodedImage image = PlainPng.decode(file).orElseThrow();
    DecodedImage expected = byTheJdk(file);
    assertThat(image.colour().pixels()).isEqualTo(expected.colour().pixels());
    assertThat(image.alpha().isPresent()).isEqualTo(channels % 2 == 0);
    image
        .alpha()
        .ifPresent(alpha -> assertThat(alpha.levels()).isEqualTo(expected.alpha().get().levels()));
    assertThat(image.grey()).isEqualTo(channels <= 2);
  }

  @Test
  void otherKindsOfFileAreLeftToTheJdk() {
    byte[] rows = filtered(3, 1);
    assertThat(PlainPng.decode(file(RGB, rows))).isPresent();
    assertThat(PlainPng.decode(file(3, filtered(1, 1)))).as("palette").isEmpty();
    assertThat(PlainPng.decode(changed(rows, 8, 16))).as("16 bits").isEmpty();
    assertThat(PlainPng.decode(changed(rows, 12, 1))).as("interlaced").isEmpty();
    byte[] transparent = FileBuilder.chunk("tRNS", new byte[6]);
    assertThat(PlainPng.decode(FileBuilder.withChunk(file(RGB, rows), transparent))).isEmpty();
  }

  @Test
  void damagedPixelsAreLeftToTheJdk() {
    byte[] rows = filtered(3, 1);
    assertThat(PlainPng.decode(file(RGB, Arrays.copyOf(rows, rows.length - 1))))
        .as("too few")
        .isEmpty();
    rows[3 * WIDTH + 1] = 5;
    assertThat(PlainPng.decode(file(RGB, rows))).as("an unknown filter").isEmpty();
  }

  /** The decoder is ours as the encoder is: another one must agree. */
  @Test
  void otherDecodersReadWhatIsWritten() throws IOException {
    Random random = new Random(3);
    for (RgbImage image :
        new RgbImage[] {
          TestImages.random(random, 64, 48),
          TestImages.random(random, 1, 3),
          TestImages.gradient(300, 500),
          RgbImage.black(77, 50)
        }) {
      byte[] file = PngWriter.write(OutputImage.of(image));
      BufferedImage read = ImageIO.read(new ByteArrayInputStream(file));
      for (int i = 0; i < image.width() * image.height(); i++) {
        int x = i % image.width();
        int y = i / image.width();
        assertThat(read.getRGB(x, y) & 0xFFFFFF).isEqualTo(TestImages.rgb(image, x, y));
      }
    }
  }

  private static byte[] filtered(int channels, int filters) {
    int length = WIDTH * channels + 1;
    byte[] rows = new byte[length * HEIGHT];
    Random random = new Random(channels);
    random.nextBytes(rows);
    for (int y = 0; y < HEIGHT; y++) {
      rows[y * length] = (byte) random.nextInt(filters);
    }
    return rows;
  }

  private static byte[] file(int colourType, byte[] filtered) {
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(WIDTH)
            .putInt(HEIGHT)
            .put(new byte[] {8, (byte) colourType, 0, 0, 0})
            .array();
    return file(header, filtered);
  }

  /** A file with another byte in its header. */
  private static byte[] changed(byte[] filtered, int at, int value) {
    byte[] file = file(RGB, filtered);
    byte[] header = Arrays.copyOfRange(file, 16, 16 + 13);
    header[at] = (byte) value;
    return file(header, filtered);
  }

  /** A file whose pixels are in two chunks. */
  private static byte[] file(byte[] header, byte[] filtered) {
    byte[] deflated = FileBuilder.deflated(filtered);
    int half = deflated.length / 2;
    return FileBuilder.join(
        "\u0089PNG\r\n\u001A\n".getBytes(ISO_8859_1),
        FileBuilder.chunk("IHDR", header),
        FileBuilder.chunk("IDAT", Arrays.copyOf(deflated, half)),
        FileBuilder.chunk("IDAT", Arrays.copyOfRange(deflated, half, deflated.length)),
        FileBuilder.chunk("IEND", new byte[0]));
  }

  private static DecodedImage byTheJdk(byte[] file) throws IOException {
    try (PluginDecoder decoder =
        PluginDecoder.open(JdkImaging.plugin(ImageReaderSpi.class, "PNG"), file)) {
      return decoder.decode();
    }
  }
}
