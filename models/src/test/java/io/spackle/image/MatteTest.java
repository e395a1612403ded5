package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects with soft edges on new backgrounds: no halo, no fringe, no change of what is kept. */
class MatteTest {

  private static final int SIDE = 96;

  /** The levels of a disc in the middle with a rim of eight pixels. */
  private static final Mask DISC =
      mask((x, y) -> (int) Math.round(255 * Math.max(0, Math.min(1, (radius(x, y) - 26) / 8))));

  /** Hairs of two pixels, of which each edge is half covered, grown out of a head. */
  private static final Mask HAIR =
      mask((x, y) -> y > 60 ? 0 : y < 12 ? 255 : new int[] {0, 0, 128, 255, 255, 128}[x % 6]);

  @ParameterizedTest
  @EnumSource(Light.class)
  void aWhiteDiscOnWhiteHasNoDarkHalo(Light light) {
    for (int background : new int[] {0x000000, 0x306090, 0xC02020}) {
      RgbImage photo = mixed(0xFFFFFF, background, DISC, light);
      assertNear(new Matte(photo, DISC, false).apply(plain(0xFFFFFF)), plain(0xFFFFFF), 5);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "201008, 00FF00, C8C8C8",
    "201008, 00FF00, FF0000",
    "D0B080, 0000FF, FFFFFF",
    "101010, FFFFFF, 8A1020",
    "804020, 20C0E0, F0E000"
  })
  void hairHasNoFringeOfTheOldColour(String hair, String old, String next) {
    for (Light light : Light.values()) {
      RgbImage photo = mixed(colour(hair), colour(old), HAIR, light);
      RgbImage result = new Matte(photo, HAIR, false).apply(plain(colour(next)));
      assertNear(result, mixed(colour(hair), colour(next), HAIR, Light.LINEAR), 12);
    }
  }

  @Test
  void onItsOwnBackgroundAPhotoStaysAsItIs() {
    RgbImage photo = mixed(0xB06030, 0x4080C0, DISC, Light.LINEAR);
    assertNear(new Matte(photo, DISC, false).apply(plain(0x4080C0)), photo, 3);
  }

  @Test
  void whatIsKeptIsBitIdenticalAndTheBackgroundIsTheNewOne() {
    RgbImage photo = TestImages.random(new Random(5), SIDE, SIDE);
    RgbImage next = TestImages.random(new Random(6), SIDE, SIDE);
    RgbImage result = new Matte(photo, DISC, false).apply(next);
    for (int i = 0; i < result.pixels().length; i++) {
      int level = DISC.levels()[i / 3] & 0xFF;
      if (level == 0) {
        assertThat(result.pixels()[i]).isEqualTo(photo.pixels()[i]);
      } else if (level == 255) {
        assertThat(result.pixels()[i]).isEqualTo(next.pixels()[i]);
      }
    }
  }

  @Test
  void levelsThatAreAlmostBlackOrWhiteAreNoise() {
    Mask levels = new Mask(6, 1, new byte[] {0, 7, 8, (byte) 247, (byte) 248, (byte) 255});
    assertThat(Matte.levels(levels).levels())
        .containsExactly(0, 0, 8, (byte) 247, (byte) 255, (byte) 255);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 40", "40, 1", "3, 2", "37, 61"})
  void imagesOfAnySizeAreComposited(int width, int height) {
    byte[] levels = new byte[width * height];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i * 255 / levels.length);
    }
    RgbImage photo = TestImages.random(new Random(1), width, height);
    RgbImage result =
        new Matte(photo, new Mask(width, height, levels), true)
            .apply(TestImages.random(new Random(2), width, height));
    assertThat(result.width()).isEqualTo(width);
  }

  /** A light ground that darkens to the right, and a shadow of half the light below the disc. */
  @Test
  void aShadowDarkensTheNewBackgroundIfItIsKept() {
    RgbImage photo = shadowed();
    RgbImage kept = new Matte(photo, DISC, true).apply(plain(0xFFC080));
    RgbImage dropped = new Matte(photo, DISC, false).apply(plain(0xFFC080));
    int halved = LinearLight.level(0.5f) & 0xFF; // of full red
    assertThat(red(kept, 48, 86)).isBetween(halved - 8, halved + 8);
    assertThat(red(dropped, 48, 86)).isEqualTo(255);
    assertThat(red(kept, 4, 4)).isEqualTo(255);
    assertThat(red(kept, 92, 4)).isEqualTo(255);
  }

  /** Something red beside the object darkens green and blue only. */
  @Test
  void aColouredThingIsNoShadow() {
    RgbImage photo = shadowed();
    for (int y = 80; y < 92; y++) {
      for (int x = 40; x < 56; x++) {
        photo.pixels()[3 * (y * SIDE + x) + 1] = 30;
        photo.pixels()[3 * (y * SIDE + x) + 2] = 30;
      }
    }
    RgbImage kept = new Matte(photo, DISC, true).apply(plain(0xFFC080));
    assertThat(red(kept, 48, 86)).isEqualTo(255);
  }

  /** A seam of the floor, one pixel wide, and a shadow of three pixels along the disc. */
  @Test
  void seamsOfTheFloorAreNoShadows() {
    RgbImage photo = shadowed();
    for (int i = 0; i < SIDE * SIDE; i++) {
      double radius = radius(i % SIDE, i / SIDE);
      if (i / SIDE == 8 || radius >= 34 && radius < 37) {
        for (int channel = 0; channel < 3; channel++) {
          photo.pixels()[3 * i + channel] = 70;
        }
      }
    }
    RgbImage kept = new Matte(photo, DISC, true).apply(plain(0xFFC080));
    assertThat(red(kept, 20, 8)).isEqualTo(255);
    assertThat(red(kept, 48, 12)).isLessThan(150);
  }

  @Test
  void aShadowNeedsAnObjectAndABackground() {
    Mask all = mask((x, y) -> 255);
    Mask none = mask((x, y) -> 0);
    assertThat(Shadow.of(shadowed(), all)).isEmpty();
    assertThat(Shadow.of(shadowed(), none)).isEmpty();
  }

  @Test
  void aWhiteProductOnWhiteIsUncertain() {
    RgbImage photo = mixed(0xFAFAFA, 0xFFFFFF, DISC, Light.STORED);
    assertThat(MatteConfidence.isLow(photo, DISC)).isTrue();
    assertThat(MatteConfidence.isLow(mixed(0x306090, 0xFFFFFF, DISC, Light.STORED), DISC))
        .isFalse();
  }

  @Test
  void aMatteThatIsMostlySoftIsUncertain() {
    Mask blurred = mask((x, y) -> (int) Math.min(255, 4 * radius(x, y)));
    RgbImage photo = mixed(0x306090, 0xFFFFFF, blurred, Light.STORED);
    assertThat(MatteConfidence.isLow(photo, blurred)).isTrue();
  }

  private static RgbImage shadowed() {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      int x = i % SIDE;
      int y = i / SIDE;
      boolean isShadow = x >= 40 && x < 56 && y >= 80 && y < 92;
      float light = (0.8f - 0.3f * x / SIDE) * (isShadow ? 0.5f : 1);
      byte level = DISC.level(x, y) < 128 ? 60 : LinearLight.level(light);
      for (int channel = 0; channel < 3; channel++) {
        pixels[3 * i + channel] = level;
      }
    }
    return new RgbImage(SIDE, SIDE, pixels);
  }

  private static double radius(int x, int y) {
    return Math.hypot(x - 47.5, y - 47.5);
  }

  private static Mask mask(IntBinaryOperator level) {
    byte[] levels = new byte[SIDE * SIDE];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) level.applyAsInt(i % SIDE, i / SIDE);
    }
    return new Mask(SIDE, SIDE, levels);
  }

  private static RgbImage plain(int colour) {
    return mixed(colour, colour, DISC, Light.STORED);
  }

  /** What a lens or a program makes of an object before a background. */
  private static RgbImage mixed(int object, int background, Mask matte, Light light) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      int shift = 8 * (2 - i % 3);
      float above = light.value((byte) (object >> shift));
      float below = light.value((byte) (background >> shift));
      float share = (matte.levels()[i / 3] & 0xFF) / 255f;
      pixels[i] = light.level(above + share * (below - above));
    }
    return new RgbImage(SIDE, SIDE, pixels);
  }

  private static void assertNear(RgbImage found, RgbImage expected, int tolerance) {
    for (int i = 0; i < found.pixels().length; i++) {
      assertThat(found.pixels()[i] & 0xFF)
          .as("channel %d of %d, %d", i % 3, i / 3 % SIDE, i / 3 / SIDE)
          .isCloseTo(expected.pixels()[i] & 0xFF, org.assertj.core.data.Offset.offset(tolerance));
    }
  }

  private static int red(RgbImage image, int x, int y) {
    return image.pixels()[3 * (y * SIDE + x)] & 0xFF;
  }

  private static int colour(String hex) {
    return Integer.parseInt(hex, 16);
  }
}
