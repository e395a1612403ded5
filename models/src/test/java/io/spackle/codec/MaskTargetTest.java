package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.MaskReading.Finding;
import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.Region;
import io.spackle.image.TestImages;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mask lies on the same pixels as its init image, or the row fails. */
class MaskTargetTest {

  /** A corner of an unturned mask of 40 x 30 pixels. */
  private static final Mask CORNER = TestImages.rectangle(40, 30, new Region(0, 0, 9, 9), 255);

  private static final DecodeLimits LIMITS = DecodeLimits.defaults();
  private static final MaskOptions STRETCHING = MaskOptions.defaults().withStrict(false);

  @ParameterizedTest
  @CsvSource({"5, 0, 0", "6, 29, 0", "7, 29, 39", "8, 0, 39"})
  void aMaskOnTheStoredPixelsIsTurnedAsTheInitImage(int orientation, int x, int y) {
    MaskReading reading = read(CORNER, new MaskTarget(300, 400, orientation), LIMITS);
    assertThat(reading.findings()).containsExactly(Finding.TURNED);
    assertThat(reading.mask().width()).isEqualTo(30);
    assertThat(reading.mask().isMasked(x, y)).isTrue();
    assertThat(reading.mask().coverage()).isEqualTo(CORNER.coverage());
  }

  @Test
  void aMaskOnTheUprightPixelsIsNotTurned() {
    assertThat(read(CORNER, new MaskTarget(400, 300, 6), LIMITS).mask().levels())
        .isEqualTo(CORNER.levels());
  }

  /** 180 degrees and mirrored images keep their proportions, and so does a square. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void anOrientationThatKeepsTheProportionsTurnsNothing(int orientation) {
    MaskReading reading = read(CORNER, new MaskTarget(400, 300, orientation), LIMITS);
    assertThat(reading.findings()).isEmpty();
    assertThat(reading.mask().levels()).isEqualTo(CORNER.levels());
    Mask square = TestImages.rectangle(40, 40, new Region(0, 0, 9, 9), 255);
    assertThat(read(square, new MaskTarget(400, 400, 6), LIMITS).mask().levels())
        .isEqualTo(square.levels());
  }

  @Test
  void aMaskWithItsOwnOrientationIsNotTurnedAgain() {
    byte[] exif = FileBuilder.chunk("eXIf", FileBuilder.exif(6, ByteOrder.LITTLE_ENDIAN));
    byte[] file = FileBuilder.png(2, 8, 0, new byte[][] {{0, -1}}, exif); // 1 x 2, upright
    assertThat(decode(file, new MaskTarget(100, 200, 6), LIMITS).findings()).isEmpty();
    assertThatThrownBy(() -> decode(file, new MaskTarget(200, 100, 6), LIMITS))
        .isInstanceOf(ImageException.class);
  }

  @ParameterizedTest
  @CsvSource({"40, 30", "80, 60", "801, 600", "407, 300", "1024, 768", "20, 15", "1, 1"})
  void sizesOfTheSameProportionsFit(int width, int height) {
    Mask mask = TestImages.rectangle(width, height, new Region(0, 0, 1, 1), 255);
    assertThat(read(mask, new MaskTarget(width, height, 1), LIMITS).findings()).isEmpty();
    if (width > 1) {
      assertThat(read(mask, new MaskTarget(400, 300, 1), LIMITS).findings()).isEmpty();
    }
  }

  @Test
  void otherProportionsAreRefusedOrStretchedAndNoted() {
    MaskTarget square = new MaskTarget(300, 300, 6);
    assertThatThrownBy(() -> read(CORNER, square, LIMITS))
        .isInstanceOf(ImageException.class)
        .hasMessageContainingAll("40 x 30", "300 x 300", "image.mask-strict = false");
    MaskReading reading = read(CORNER, square, LIMITS.withMasks(STRETCHING));
    assertThat(reading.findings()).containsExactly(Finding.STRETCHED);
    assertThat(reading.mask().levels()).isEqualTo(CORNER.levels());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 255})
  void aPlainMaskFitsAnyImage(int level) {
    Mask plain = TestImages.rectangle(40, 30, new Region(0, 0, 40, 30), level);
    assertThat(read(plain, new MaskTarget(100, 300, 1), LIMITS).findings()).isEmpty();
  }

  @Test
  void theRuleOfDiffusersComparesNoProportions() {
    DecodeLimits luma = LIMITS.withMasks(MaskOptions.defaults().withRule(MaskRule.LUMA));
    assertThat(read(CORNER, new MaskTarget(300, 400, 6), luma).findings()).isEmpty();
  }

  private static MaskReading read(Mask mask, MaskTarget target, DecodeLimits limits) {
    return decode(MaskFiles.greyPng(mask, level -> level), target, limits);
  }

  private static MaskReading decode(byte[] file, MaskTarget target, DecodeLimits limits) {
    return ImageCodec.decodeMask(file, limits, target);
  }
}
