package io.spackle.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.quality.ImageQuality.Fit;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

/** Each measure on images of which its value can be computed by hand. */
class ImageQualityTest {

  private static final int SIDE = 128; // of which the ring is 4 pixels wide

  /** A square from 40 to 80. */
  private static final Mask SQUARE = mask(SIDE, SIDE, (x, y) -> isInSquare(x, y) ? 255 : 0);

  @Test
  void changedPixelsAreCountedOutsideTheMaskAndAsAShareOfTheImage() {
    RgbImage init = grey((x, y) -> 100);
    RgbImage result = grey((x, y) -> x == 3 && y == 5 || x == 50 && y < 60 && y >= 50 ? 101 : 100);
    ImageQuality.Changes changes = ImageQuality.of(init, result, SQUARE).changes();
    assertThat(changes.kept()).isEqualTo(1);
    assertThat(changes.regenerated()).isEqualTo(11.0 / (SIDE * SIDE));
    assertThat(ImageQuality.of(init, init, SQUARE).changes())
        .isEqualTo(new ImageQuality.Changes(0, 0));
  }

  @Test
  void theSeamOfPlainsIsTheirDifferenceOverOneLevel() {
    assertThat(fit(filled(100, 110)).seam()).isEqualTo(11);
    assertThat(fit(filled(110, 100)).seam()).isEqualTo(11);
    assertThat(fit(filled(100, 100)).seam()).isEqualTo(1);
  }

  /** The channels' mean: a step of 12 levels in one of three. */
  @Test
  void aSeamMayBeInOneColour() {
    byte[] pixels = filled(100, 100).pixels().clone();
    for (int i = 0; i < SQUARE.levels().length; i++) {
      pixels[3 * i] = (byte) (pixels[3 * i] + (SQUARE.levels()[i] == 0 ? 0 : 12));
    }
    assertThat(fit(new RgbImage(SIDE, SIDE, pixels)).seam()).isEqualTo(5);
  }

  @Test
  void aSlopeIsNoSeam() {
    assertThat(fit(grey((x, y) -> 2 * x)).seam()).isEqualTo(1);
    assertThat(fit(grey((x, y) -> x + y)).seam()).isEqualTo(1);
  }

  @Test
  void theSameStepIsLessOfASeamInTexture() {
    Random random = new Random(1);
    int[] noise = random.ints((long) SIDE * SIDE, -30, 31).toArray();
    RgbImage rough = grey((x, y) -> 100 + noise[y * SIDE + x] + (isInSquare(x, y) ? 10 : 0));
    assertThat(fit(rough).seam()).isBetween(0.7, 3.0);
  }

  /** Stripes of 0 and 10 bend by 20 along the row, and not along the column. */
  @Test
  void sharpnessIsTheBendOfThePixelsOverThatOfTheRing() {
    assertThat(fit(grey((x, y) -> isInSquare(x, y) ? 50 : x % 2 * 10)).sharpness())
        .isCloseTo(1 / 21.0, within(1e-9));
    assertThat(fit(grey((x, y) -> isInSquare(x, y) ? x % 2 * 10 : 50)).sharpness())
        .isCloseTo(21, within(1e-9));
    assertThat(fit(grey((x, y) -> x % 2 * 10)).sharpness()).isEqualTo(1);
  }

  /** In sRGB the level 188 is half of the light of white. */
  @Test
  void exposureIsInStops() {
    assertThat(fit(filled(188, 255)).exposure()).isCloseTo(1, within(0.01));
    assertThat(fit(filled(255, 188)).exposure()).isCloseTo(-1, within(0.01));
    assertThat(fit(filled(0, 0)).exposure()).isZero();
  }

  /** Pure red has a* = 80.09 and b* = 67.20 (Lindbloom's calculator, D65). */
  @Test
  void colourIsTheDistanceInTheChromaticityPlaneOfCielab() {
    byte[] pixels = filled(128, 0).pixels().clone();
    for (int i = 0; i < SQUARE.levels().length; i++) {
      pixels[3 * i] = SQUARE.levels()[i] == 0 ? pixels[3 * i] : (byte) 255;
    }
    assertThat(fit(new RgbImage(SIDE, SIDE, pixels)).colour())
        .isCloseTo(Math.hypot(80.09, 67.20), within(0.02));
    assertThat(fit(filled(128, 30)).colour()).isCloseTo(0, within(0.01));
  }

  /** Recorded with imagehash 4.3.2: {@code dhash(Image.fromarray(pixels))}. */
  @Test
  void theHashIsThatOfImagehash() {
    RgbImage drawn = grey((x, y) -> (x * x / 40 + 3 * y * (x % 50) / 7) % 256);
    assertThat(ImageQuality.of(drawn, drawn, SQUARE).hash()).isEqualTo("d995a9b193a49494");
  }

  @Test
  void whatCannotBeMeasuredIsNull() {
    RgbImage plain = filled(100, 100);
    Mask full = mask(SIDE, SIDE, (x, y) -> 255);
    Mask blank = mask(SIDE, SIDE, (x, y) -> 0);
    assertThat(ImageQuality.of(plain, plain, full).fit()).isEqualTo(Fit.NONE);
    assertThat(ImageQuality.of(plain, plain, blank).fit()).isEqualTo(Fit.NONE);
    Mask scratch = mask(SIDE, SIDE, (x, y) -> x == 60 ? 255 : 0);
    Fit thin = ImageQuality.of(plain, plain, scratch).fit();
    assertThat(thin.seam()).isNull();
    assertThat(thin.sharpness()).isNull();
    assertThat(thin.exposure()).isZero();
  }

  /** As where a canvas is extended: the mask has an edge on one side only. */
  @Test
  void aMaskMayReachTheBorder() {
    Mask right = mask(SIDE, 9, (x, y) -> x >= 100 ? 255 : 0);
    RgbImage image = image(SIDE, 9, (x, y) -> x >= 100 ? 104 : 100);
    Fit fit = ImageQuality.of(image, image, right).fit();
    assertThat(fit.seam()).isEqualTo(5);
    assertThat(fit.sharpness()).isEqualTo(1);
  }

  @Test
  void theRingIsAsWideAsAShareOfTheImage() {
    Zones zones = Zones.of(SQUARE);
    assertThat(zones.left()).isEqualTo(36);
    assertThat(zones.width()).isEqualTo(48);
    int inside = 0;
    int ring = 0;
    for (byte zone : zones.zones()) {
      inside += zone == Zones.INSIDE ? 1 : 0;
      ring += zone == Zones.RING ? 1 : 0;
    }
    assertThat(inside).isEqualTo(40 * 40);
    assertThat(ring).isEqualTo(48 * 48 - 40 * 40);
  }

  private static Fit fit(RgbImage result) {
    return ImageQuality.of(result, result, SQUARE).fit();
  }

  private static boolean isInSquare(int x, int y) {
    return x >= 40 && x < 80 && y >= 40 && y < 80;
  }

  private static RgbImage filled(int kept, int masked) {
    return grey((x, y) -> isInSquare(x, y) ? masked : kept);
  }

  private static RgbImage grey(IntBinaryOperator level) {
    return image(SIDE, SIDE, level);
  }

  private static RgbImage image(int width, int height, IntBinaryOperator level) {
    return mask(width, height, level).toRgb();
  }

  static Mask mask(int width, int height, IntBinaryOperator level) {
    byte[] levels = new byte[width * height];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) level.applyAsInt(i % width, i / width);
    }
    return new Mask(width, height, levels);
  }
}
