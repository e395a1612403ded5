package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfFloatsTest {

  private static final int INFINITY = 0x7c00;

  @Test
  void knownValuesAreConverted() {
    assertThat(HalfFloats.fromFloat16(new short[] {0x3c00, (short) 0xc000, 0x3555, 1, 0x7bff}))
        .containsExactly(1f, -2f, 0.33325195f, 0x1p-24f, 65504f);
    assertThat(HalfFloats.toFloat16(new float[] {1f, -2f, 1 / 3f, 0x1p-24f, 65504f}))
        .containsExactly(0x3c00, 0xc000, 0x3555, 1, 0x7bff);
    assertThat(
            HalfFloats.toFloat16(new float[] {-0f, Float.NEGATIVE_INFINITY, 65520f, 1e30f, 1e-30f}))
        .containsExactly(0x8000, 0xfc00, INFINITY, INFINITY, 0);
    assertThat(HalfFloats.toBfloat16(new float[] {1f, -2f, 1 / 3f, Float.NaN}))
        .containsExactly(0x3f80, 0xc000, 0x3eab, 0x7fc0);
  }

  @Test
  void everyFloat16SurvivesTheRoundTrip() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      float value = HalfFloats.fromFloat16(half);
      if ((bits & 0x7fff) > INFINITY) {
        assertThat(value).isNaN();
        assertThat(HalfFloats.fromFloat16(HalfFloats.toFloat16(value))).isNaN();
      } else {
        assertThat(HalfFloats.toFloat16(value)).isEqualTo(half);
      }
    }
  }

  /** Between adjacent values: down below the middle, up above it, to even on it. */
  @Test
  void roundsToNearestEven() {
    for (int bits = 0; bits < INFINITY - 1; bits++) {
      float low = HalfFloats.fromFloat16((short) bits);
      float high = HalfFloats.fromFloat16((short) (bits + 1));
      float middle = (low + high) / 2; // exact: float32 has the bits to spare
      assertThat(HalfFloats.toFloat16(Math.nextDown(middle))).isEqualTo((short) bits);
      assertThat(HalfFloats.toFloat16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(HalfFloats.toFloat16(middle)).isEqualTo((short) (bits + (bits & 1)));
    }
  }

  @Test
  void everyBfloat16SurvivesTheRoundTripAndRoundingIsToNearestEven() {
    for (int bits = 0; bits < 0x7f80; bits++) {
      float low = HalfFloats.fromBfloat16(new short[] {(short) bits})[0];
      float middle = Float.intBitsToFloat((bits << 16) + 0x8000);
      assertThat(HalfFloats.toBfloat16(low)).isEqualTo((short) bits);
      assertThat(HalfFloats.toBfloat16(middle)).isEqualTo((short) (bits + (bits & 1)));
      assertThat(HalfFloats.toBfloat16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(HalfFloats.toBfloat16(Math.nextDown(middle))).isEqualTo((short) bits);
    }
  }
}
