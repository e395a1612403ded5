package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LetterboxTest {

  private static final int GREY = 0xF6F6F6;

  @Test
  void anImageOfTheSizeIsNotTouched() {
    RgbImage image = plain(30, 40, 7);
    assertThat(Letterbox.fit(image, 30, 40, GREY)).isSameAs(image);
  }

  @Test
  void aSquareIsCentredInATallSize() {
    RgbImage fitted = Letterbox.fit(plain(50, 50, 7), 300, 900, GREY);
    assertThat(fitted.width()).isEqualTo(300);
    assertThat(fitted.height()).isEqualTo(900);
    assertThat(red(fitted, 0, 299)).isEqualTo(0xF6);
    assertThat(red(fitted, 0, 300)).isEqualTo(7);
    assertThat(red(fitted, 299, 599)).isEqualTo(7);
    assertThat(red(fitted, 299, 600)).isEqualTo(0xF6);
  }

  @Test
  void aTallImageIsCentredInASquare() {
    RgbImage fitted = Letterbox.fit(plain(30, 90, 7), 60, 60, 0x102030);
    assertThat(Arrays.copyOf(fitted.pixels(), 3)).containsExactly(0x10, 0x20, 0x30);
    assertThat(red(fitted, 19, 30)).isEqualTo(0x10);
    assertThat(red(fitted, 20, 30)).isEqualTo(7);
    assertThat(red(fitted, 39, 30)).isEqualTo(7);
    assertThat(red(fitted, 40, 30)).isEqualTo(0x10);
  }

  /**
   * An edge of the image itself would show a scaled copy; the place and size do not depend on it.
   */
  @Test
  void aGarmentOnTheColourOfTheBackgroundHasNoEdge() {
    RgbImage fitted = Letterbox.fit(plain(17, 40, 0xF6), 96, 128, GREY);
    assertThat(fitted.pixels()).containsOnly((byte) 0xF6);
  }

  @Test
  void aLineKeepsOnePixel() {
    RgbImage fitted = Letterbox.fit(plain(1, 4000, 7), 64, 64, GREY);
    assertThat(red(fitted, 31, 0)).isEqualTo(7);
    assertThat(red(fitted, 30, 0)).isEqualTo(0xF6);
    assertThat(red(fitted, 32, 63)).isEqualTo(0xF6);
  }

  private static RgbImage plain(int width, int height, int level) {
    byte[] pixels = new byte[3 * width * height];
    Arrays.fill(pixels, (byte) level);
    return new RgbImage(width, height, pixels);
  }

  private static int red(RgbImage image, int x, int y) {
    return image.pixels()[3 * (y * image.width() + x)] & 0xFF;
  }
}
