package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A thing in the left half of a photo of 32 x 32 pixels, on a plain ground. */
class SoftOutlineTest {

  private static final int SIDE = 32;
  private static final int EDGE = 16;
  private static final int RED = 0xC81E1E;
  private static final int WHITE = 0xFFFFFF;

  @Test
  void aPixelHalfwayBetweenBothColoursShowsHalfOfEach() {
    int half = mixture(RED, WHITE, 0.5);
    RgbImage photo = columns(x -> x < EDGE ? RED : x == EDGE ? half : WHITE);
    SoftOutline.Mixture seen = new SoftOutline(photo, left(EDGE + 1)).at(row(EDGE));
    assertThat(seen.share()).isCloseTo(0.5, within(0.05));
    assertThat(seen.thing().distance(linear(RED))).isLessThan(0.05);
    assertThat(seen.ground().distance(linear(WHITE))).isLessThan(0.05);
  }

  @Test
  void groundInsideAMaskThatIsTooLargeIsNoPartOfTheThing() {
    RgbImage photo = columns(x -> x < EDGE ? RED : WHITE);
    SoftOutline outline = new SoftOutline(photo, left(EDGE + 1));
    assertThat(outline.at(row(EDGE)).share()).isCloseTo(0, within(0.02));
    assertThat(outline.at(row(EDGE - 1)).share()).isCloseTo(1, within(0.02));
  }

  @Test
  void farFromTheOutlineAPixelShowsTheThingAlone() {
    RgbImage photo = columns(x -> x == 4 ? WHITE : x < EDGE ? RED : WHITE);
    SoftOutline.Mixture seen = new SoftOutline(photo, left(EDGE)).at(row(4));
    assertThat(seen.share()).isEqualTo(1);
    assertThat(seen.thing()).isEqualTo(linear(WHITE));
  }

  @Test
  void withoutContrastTheShareRisesFromTheOutlineInwards() {
    SoftOutline outline = new SoftOutline(columns(x -> 0x808080), left(EDGE));
    assertThat(outline.at(row(EDGE - 1)).share()).isCloseTo(0.5, within(0.01));
    assertThat(outline.at(row(EDGE - 2)).share()).isEqualTo(1);
  }

  @Test
  void aMaskOfAllPixelsHasNoOutline() {
    SoftOutline outline = new SoftOutline(columns(x -> RED), Mask.full(SIDE, SIDE));
    assertThat(outline.at(0)).isEqualTo(new SoftOutline.Mixture(1, linear(RED), linear(RED)));
  }

  @Test
  void bothPartsTogetherAreThePixel() {
    Random random = new Random(3);
    byte[] noise = new byte[RgbImage.CHANNELS * SIDE * SIDE];
    random.nextBytes(noise);
    SoftOutline outline = new SoftOutline(new RgbImage(SIDE, SIDE, noise), left(EDGE));
    for (int x = 0; x < EDGE; x++) {
      SoftOutline.Mixture seen = outline.at(row(x));
      LinearRgb sum = seen.thing().times(seen.share()).plus(seen.ground().times(1 - seen.share()));
      assertThat(sum.distance(LinearRgb.read(noise, RgbImage.CHANNELS * row(x)))).isLessThan(1e-9);
    }
  }

  private static int row(int x) {
    return SIDE * SIDE / 2 + x;
  }

  private static Mask left(int width) {
    return TestImages.rectangle(SIDE, SIDE, new Region(0, 0, width, SIDE), 255);
  }

  private static RgbImage columns(IntUnaryOperator colour) {
    byte[] pixels = new byte[RgbImage.CHANNELS * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      linear(colour.applyAsInt(i % SIDE)).write(pixels, RgbImage.CHANNELS * i);
    }
    return new RgbImage(SIDE, SIDE, pixels);
  }

  private static int mixture(int one, int other, double share) {
    byte[] pixel = new byte[RgbImage.CHANNELS];
    linear(one).times(share).plus(linear(other).times(1 - share)).write(pixel, 0);
    return (pixel[0] & 0xFF) << 16 | (pixel[1] & 0xFF) << 8 | pixel[2] & 0xFF;
  }

  private static LinearRgb linear(int rgb) {
    return LinearRgb.read(new byte[] {(byte) (rgb >> 16), (byte) (rgb >> 8), (byte) rgb}, 0);
  }
}
