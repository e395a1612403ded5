package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;

/** Images in files, and how far apart they are. */
public final class ImageFiles {

  private ImageFiles() {}

  static RgbImage read(Path file) throws IOException {
    return ImageCodec.decode(Files.readAllBytes(file), DecodeLimits.defaults());
  }

  /**
   * Writes a grey image.
   *
   * @param level of the pixel at x and y, 0 to 255
   */
  public static Path write(Path file, int width, int height, IntBinaryOperator level)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, level.applyAsInt(x, y));
      }
    }
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  /**
   * How far two images are apart, in levels of 0 to 255.
   *
   * @param max of all channels of all pixels
   * @param mean likewise
   */
  record Difference(int max, double mean) {

    static Difference between(Path one, Path other) throws IOException {
      RgbImage a = read(one);
      RgbImage b = read(other);
      assertThat(List.of(a.width(), a.height())).isEqualTo(List.of(b.width(), b.height()));
      int max = 0;
      long sum = 0;
      for (int i = 0; i < a.pixels().length; i++) {
        int difference = Math.abs((a.pixels()[i] & 0xff) - (b.pixels()[i] & 0xff));
        max = Math.max(max, difference);
        sum += difference;
      }
      return new Difference(max, (double) sum / a.pixels().length);
    }

    void isAtMost(int expectedMax, double expectedMean) {
      assertThat(max).as("largest difference").isLessThanOrEqualTo(expectedMax);
      assertThat(mean).as("mean difference").isLessThanOrEqualTo(expectedMean);
    }
  }
}
