package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.ImageException.Reason;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FramingTest {

  private static final FramingOptions DEFAULTS = FramingOptions.defaults();
  private static final RgbImage INIT = TestImages.gradient(120, 90);
  private static final Mask MASK = TestImages.rectangle(120, 90, new Region(30, 20, 60, 50), 255);

  @Test
  void fitKeepsProportionsAndPadsToTheMultiple() {
    Frame frame = Framing.frame(INIT, MASK, 100, 100, 64, DEFAULTS);
    assertThat(frame.outputWidth()).isEqualTo(100);
    assertThat(frame.outputHeight()).isEqualTo(75);
    assertThat(frame.image().width()).isEqualTo(128);
    assertThat(frame.image().height()).isEqualTo(128);
    assertThat(frame.untouched().pixels()).isEqualTo(Filter.LANCZOS.resize(INIT, 100, 75).pixels());
  }

  @Test
  void unscaledFramesAreTheImageItself() {
    FramingOptions options =
        DEFAULTS.withResize(Resize.FIT).withCropPadding(CropPadding.of(4)).withMaskGrow(2);
    RgbImage narrow = TestImages.gradient(3, 201);
    Mask mask = TestImages.rectangle(3, 201, new Region(0, 50, 3, 60), 255);
    Frame frame = Framing.unscaled(narrow, mask, options);
    assertThat(frame.image().pixels()).isEqualTo(narrow.pixels());
    assertThat(frame.mask().isMasked(1, 48)).as("grown by 2").isTrue();
    assertThat(frame.mask().isMasked(1, 47)).isFalse();
    RgbImage restored = frame.restore(RgbImage.black(3, 201));
    assertThat(TestImages.rgb(restored, 2, 48)).isZero();
    assertThat(TestImages.rgb(restored, 2, 47)).isEqualTo(TestImages.rgb(narrow, 2, 47));
  }

  @Test
  void paddingRepeatsTheEdgeAndIsNotMasked() {
    Mask all = TestImages.blank(120, 90).inverted();
    Frame frame = Framing.frame(INIT, all, 100, 100, 64, DEFAULTS);
    RgbImage image = frame.image();
    assertThat(TestImages.rgb(image, 127, 30)).isEqualTo(TestImages.rgb(image, 99, 30));
    assertThat(TestImages.rgb(image, 40, 127)).isEqualTo(TestImages.rgb(image, 40, 74));
    assertThat(TestImages.rgb(image, 127, 127)).isEqualTo(TestImages.rgb(image, 99, 74));
    assertThat(frame.mask().isMasked(99, 74)).isTrue();
    assertThat(frame.mask().isMasked(100, 74)).isFalse();
    assertThat(frame.mask().isMasked(99, 75)).isFalse();
    assertThat(frame.maskCoverage()).isEqualTo(1);
  }

  @Test
  void stretchGivesTheRequestedSize() {
    Frame frame = Framing.frame(INIT, MASK, 60, 80, 8, DEFAULTS.withResize(Resize.STRETCH));
    assertThat(frame.outputWidth()).isEqualTo(60);
    assertThat(frame.outputHeight()).isEqualTo(80);
    assertThat(frame.image().width()).isEqualTo(64);
  }

  @Test
  void originalGivesTheSizeOfTheInitImage() {
    Frame frame = Framing.frame(INIT, MASK, 64, 64, 8, DEFAULTS.withResize(Resize.ORIGINAL));
    assertThat(frame.image().width()).isEqualTo(64);
    assertThat(frame.image().height()).isEqualTo(48);
    RgbImage output = frame.restore(inverse(frame.image()));
    assertThat(frame.untouched()).isSameAs(INIT);
    assertThat(output.width()).isEqualTo(120);
    assertThat(TestImages.rgb(output, 10, 10)).isEqualTo(TestImages.rgb(INIT, 10, 10));
    assertThat(TestImages.rgb(output, 45, 35)).isNotEqualTo(TestImages.rgb(INIT, 45, 35));
  }

  @Test
  void cropContainsOnlyTheSurroundingsOfTheMask() {
    FramingOptions crop = DEFAULTS.withCropPadding(CropPadding.of(5));
    Frame frame = Framing.frame(INIT, MASK, 80, 80, 16, crop);
    RgbImage expected = Filter.LANCZOS.resize(cut(INIT, new Region(25, 15, 65, 55)), 80, 80);
    assertThat(frame.image().pixels()).isEqualTo(expected.pixels());
    assertThat(frame.mask().coverage()).isEqualTo(60 * 60 / 6400.0);
    assertThat(frame.maskCoverage()).isEqualTo(30 * 30 / 10800.0);
    RgbImage output = frame.restore(inverse(frame.image()));
    assertThat(output.width()).isEqualTo(120);
    assertThat(TestImages.rgb(output, 26, 16)).isEqualTo(TestImages.rgb(INIT, 26, 16));
    assertThat(TestImages.rgb(output, 45, 35)).isNotEqualTo(TestImages.rgb(INIT, 45, 35));
  }

  @Test
  void cropWithoutPasteBackOverlaysWithTheGreyMask() {
    Mask grey = TestImages.rectangle(120, 90, new Region(30, 20, 60, 50), 100);
    grey.levels()[30 * 120 + 40] = -1;
    FramingOptions options =
        DEFAULTS
            .withCropPadding(CropPadding.of(0))
            .withMaskReduction(MaskReduction.NEAREST)
            .withPasteBack(false);
    Frame frame = Framing.frame(INIT, grey, 30, 30, 1, options);
    RgbImage white = new RgbImage(30, 30, filled(2700, 255));
    RgbImage output = frame.restore(white);
    assertThat(TestImages.rgb(output, 40, 30)).isEqualTo(0xFFFFFF);
    assertThat(TestImages.rgb(output, 29, 30)).isEqualTo(TestImages.rgb(INIT, 29, 30));
    int before = TestImages.rgb(INIT, 50, 40) >> 16;
    int expected = Math.round(before + (255 - before) * 100 / 255f);
    assertThat(TestImages.rgb(output, 50, 40) >> 16).isBetween(expected - 1, expected + 1);
  }

  @Test
  void blankMaskKeepsTheInitImage() {
    for (Resize resize : Resize.values()) {
      FramingOptions options = DEFAULTS.withResize(resize);
      Frame complete = Framing.frame(INIT, TestImages.blank(7, 5), 64, 64, 8, options);
      assertThat(complete.isBlank()).isTrue();
      assertThat(complete.maskCoverage()).isZero();
      Frame crop =
          Framing.frame(
              INIT, TestImages.blank(7, 5), 64, 64, 8, options.withCropPadding(CropPadding.of(3)));
      assertThat(crop.isBlank()).isTrue();
      assertThat(crop.untouched()).isSameAs(INIT);
    }
  }

  @Test
  void thinMaskIsNeverLost() {
    RgbImage large = TestImages.gradient(640, 480);
    Mask line = TestImages.rectangle(640, 480, new Region(333, 100, 334, 103), 255);
    for (Resize resize : Resize.values()) {
      Frame frame = Framing.frame(large, line, 64, 64, 8, DEFAULTS.withResize(resize));
      assertThat(frame.isBlank()).isFalse();
      assertThat(MaskReduction.MAX.toLatents(frame.mask(), 8).data()).contains(1f);
    }
  }

  @Test
  void withoutPasteBackTheGeneratedImageIsTheOutput() {
    Frame frame = Framing.frame(INIT, MASK, 120, 90, 32, DEFAULTS.withPasteBack(false));
    RgbImage generated = inverse(frame.image());
    RgbImage output = frame.restore(generated);
    assertThat(output.pixels()).isEqualTo(cut(generated, Region.of(120, 90)).pixels());
  }

  @Test
  void smallAndElongatedImagesAreRejected() {
    assertRejected(TestImages.gradient(1, 1), Reason.TOO_SMALL, "1 x 1");
    assertRejected(TestImages.gradient(500, 7), Reason.TOO_SMALL, "500 x 7");
    assertRejected(TestImages.gradient(2000, 20), Reason.BAD_ASPECT, "512 x 5");
  }

  private static void assertRejected(RgbImage init, Reason reason, String found) {
    Mask mask = TestImages.blank(4, 4);
    assertThatThrownBy(() -> Framing.frame(init, mask, 512, 512, 8, DEFAULTS))
        .isInstanceOfSatisfying(ImageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(found)
        .hasMessageContaining("at least 8");
  }

  @Test
  void generatedImagesOfAnotherSizeAreRejected() {
    Frame frame = Framing.frame(INIT, MASK, 64, 64, 8, DEFAULTS);
    assertThatThrownBy(() -> frame.restore(INIT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("120 x 90")
        .hasMessageContaining("64 x 48");
  }

  private static RgbImage inverse(RgbImage image) {
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ~pixels[i];
    }
    return new RgbImage(image.width(), image.height(), pixels);
  }

  private static RgbImage cut(RgbImage image, Region region) {
    return RgbImage.of(image.plane().crop(region));
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
