package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RgbImageTest {

  @Test
  void tensorIsPlanarWithValuesFromMinusOneToOne() {
    RgbImage image = new RgbImage(2, 1, new byte[] {0, 51, -1, 127, (byte) 128, 3});
    FloatTensor tensor = image.toTensor();
    assertThat(tensor.shape()).isEqualTo(Shape.of(1, 3, 1, 2));
    assertThat(tensor.data())
        .containsExactly(
            -1f,
            2f * (127f / 255f) - 1f,
            2f * (51f / 255f) - 1f,
            2f * (128f / 255f) - 1f,
            1f,
            2f * (3f / 255f) - 1f);
  }

  @Test
  void imageSurvivesTheRoundTripThroughATensor() {
    RgbImage image = TestImages.random(new Random(1), 13, 7);
    assertThat(RgbImage.ofTensor(image.toTensor()).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void modelOutputIsClampedAndRounded() {
    float justBelow = 2f * (100.49f / 255f) - 1f;
    float justAbove = 2f * (100.51f / 255f) - 1f;
    FloatTensor output =
        FloatTensor.of(new float[] {-1.5f, 7f, justBelow, justAbove, Float.NaN, 0f}, 1, 3, 1, 2);
    // 0 is 127.5: halves are rounded to even, as in numpy
    assertThat(RgbImage.ofTensor(output).pixels()).containsExactly(0, 100, 0, 255, 101, 128);
  }

  /** The rounding of the levels is a sum of floats; this is what it stands for. */
  @Test
  void everyOutputIsRoundedHalfToEven() {
    float[] values = new float[3 << 16];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / (float) (1 << 16) - 1.5f;
    }
    byte[] expected = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      float unit = Math.max(0f, Math.min(1f, values[i] / 2f + 0.5f));
      expected[i % (1 << 16) * 3 + i / (1 << 16)] = (byte) Math.rint(unit * 255f);
    }
    FloatTensor tensor = FloatTensor.of(values, 1, 3, 1, 1 << 16);
    assertThat(RgbImage.ofTensor(tensor).pixels()).isEqualTo(expected);
  }

  @Test
  void batchesAreRejected() {
    assertThatThrownBy(() -> RgbImage.ofTensor(FloatTensor.zeros(Shape.of(2, 3, 1, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3, 1, 1]");
  }
}
