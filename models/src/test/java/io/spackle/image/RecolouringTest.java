package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A red cloth with a fold, 16 x 16 pixels, that gets other colours. */
class RecolouringTest {

  private static final int SIDE = 16;
  private static final int AREA = SIDE * SIDE;
  private static final Mask ALL = Mask.full(SIDE, SIDE);

  /** The fold: the columns in the middle get a quarter of the light. */
  private static final RgbImage CLOTH = image(i -> isFold(i) ? 0x640A0A : 0xC81E1E);

  @Test
  void theColourIsTheGeneratedOne() {
    RgbImage even = image(i -> 0x903030);
    RgbImage recoloured = new Recolouring(even, ALL).apply(image(i -> 0x2040C0));
    assertThat(recoloured.pixels()).isEqualTo(image(i -> 0x2040C0).pixels());
  }

  @Test
  void theFoldsAreThoseOfThePhoto() {
    RgbImage recoloured = new Recolouring(CLOTH, ALL).apply(image(i -> 0x2040C0));
    double fold = light(recoloured, SIDE / 2) / light(recoloured, 0);
    assertThat(fold).isCloseTo(light(CLOTH, SIDE / 2) / light(CLOTH, 0), within(0.02));
  }

  @Test
  void whatTheModelDrewElsewhereDoesNotCount() {
    RgbImage threeFifths = image(i -> i < 0.6 * AREA ? 0x2040C0 : 0xE0D0B0);
    RgbImage recoloured = new Recolouring(CLOTH, ALL).apply(threeFifths);
    RgbImage pure = new Recolouring(CLOTH, ALL).apply(image(i -> 0x2040C0));
    for (int i = 0; i < recoloured.pixels().length; i++) {
      assertThat(recoloured.pixels()[i] & 0xFF).isCloseTo(pure.pixels()[i] & 0xFF, within(2));
    }
  }

  @Test
  void lightThatAColourCannotHaveIsPaler() {
    RgbImage lit = image(i -> i == 0 ? 0xFFFFFF : 0x303030);
    RgbImage recoloured = new Recolouring(lit, ALL).apply(image(i -> 0x2020C0));
    assertThat(rgb(recoloured, 0)).isEqualTo(0xFFFFFF);
    assertThat(LinearRgb.read(recoloured.pixels(), 3).luminance())
        .isCloseTo(LinearRgb.read(image(i -> 0x2020C0).pixels(), 3).luminance(), within(0.01));
  }

  @Test
  void litFoldsOfDarkClothStayInABrightColour() {
    RgbImage dark = image(i -> isFold(i) ? 0x303030 : 0x202020);
    RgbImage recoloured = new Recolouring(dark, ALL).apply(image(i -> 0xE0C020));
    assertThat(light(recoloured, SIDE / 2)).isGreaterThan(1.3 * light(recoloured, 0));
    assertThat(rgb(recoloured, SIDE / 2) & 0xFF).as("blue in yellow").isLessThan(0x60);
  }

  @Test
  void aBlackThingGetsAColourWithoutNoise() {
    RgbImage black = image(i -> i % 2 == 0 ? 0x000000 : 0x010101);
    RgbImage recoloured = new Recolouring(black, ALL).apply(image(i -> 0xE0C020));
    assertThat(Math.abs((rgb(recoloured, 0) >> 16) - (rgb(recoloured, 1) >> 16))).isLessThan(30);
  }

  @Test
  void outsideTheMaskNothingIsRecoloured() {
    Mask left = TestImages.rectangle(SIDE, SIDE, new Region(0, 0, 4, SIDE), 255);
    RgbImage generated = image(i -> 0x2040C0 + i);
    RgbImage recoloured = new Recolouring(CLOTH, left).apply(generated);
    for (int i = 0; i < AREA; i++) {
      if (i % SIDE >= 4) {
        assertThat(rgb(recoloured, i)).isEqualTo(rgb(generated, i));
      }
    }
    assertThat(new Recolouring(CLOTH, TestImages.blank(SIDE, SIDE)).apply(generated))
        .isSameAs(generated);
  }

  @Test
  void theEdgeIsAsSoftAsInThePhoto() {
    int softEdge = 0xE4C4C4; // half red, half white, in linear light
    RgbImage photo = image(i -> i % SIDE < 8 ? 0xC81E1E : i % SIDE == 8 ? softEdge : 0xFFFFFF);
    Mask mask = TestImages.rectangle(SIDE, SIDE, new Region(0, 0, 10, SIDE), 255);
    RgbImage recoloured = new Recolouring(photo, mask).apply(image(i -> 0x2040C0));
    double step = light(photo, 9) - light(recoloured, 7);
    assertThat((light(photo, 9) - light(recoloured, 8)) / step).isCloseTo(0.5, within(0.1));
    assertThat(light(recoloured, 9)).as("ground under the mask").isCloseTo(1, within(0.02));
  }

  @Test
  void aFrameRecoloursAtTheSizeOfThePhoto() {
    FramingOptions options =
        FramingOptions.defaults()
            .withResize(FramingOptions.Resize.ORIGINAL)
            .withComposite(FramingOptions.Composite.RECOLOUR);
    Mask left = TestImages.rectangle(SIDE, SIDE, new Region(0, 0, 10, SIDE), 255);
    Frame frame = Framing.frame(CLOTH, left, 8, 8, 8, options);
    RgbImage output = frame.restore(new RgbImage(8, 8, blue(64)));
    assertThat(rgb(output, 12)).isEqualTo(rgb(CLOTH, 12));
    double edgeOfFold = light(output, 8) / light(output, 4);
    assertThat(edgeOfFold).isCloseTo(light(CLOTH, 8) / light(CLOTH, 4), within(0.02));
  }

  private static boolean isFold(int pixel) {
    return pixel % SIDE >= 6 && pixel % SIDE < 10;
  }

  private static byte[] blue(int pixels) {
    byte[] data = new byte[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      data[3 * i + 2] = 120;
    }
    return data;
  }

  private static RgbImage image(IntUnaryOperator colour) {
    byte[] pixels = new byte[3 * AREA];
    for (int i = 0; i < AREA; i++) {
      int rgb = colour.applyAsInt(i);
      pixels[3 * i] = (byte) (rgb >> 16);
      pixels[3 * i + 1] = (byte) (rgb >> 8);
      pixels[3 * i + 2] = (byte) rgb;
    }
    return new RgbImage(SIDE, SIDE, pixels);
  }

  private static int rgb(RgbImage image, int pixel) {
    byte[] data = image.pixels();
    return (data[3 * pixel] & 0xFF) << 16
        | (data[3 * pixel + 1] & 0xFF) << 8
        | data[3 * pixel + 2] & 0xFF;
  }

  private static double light(RgbImage image, int pixel) {
    return LinearRgb.read(image.pixels(), 3 * pixel).luminance();
  }
}
