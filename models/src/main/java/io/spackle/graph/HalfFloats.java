package io.spackle.graph;

/**
 * Conversion of 16-bit floats, IEEE binary16 (float16) and bfloat16, to and from float32.
 *
 * <p>Narrowing rounds to nearest, ties to even, as hardware and PyTorch do; widening is exact. Java
 * 17 has no such methods. These are short and use no tables, so that loops over them vectorize.
 */
final class HalfFloats {

  private static final int FLOAT32_INFINITY = 0x7f800000;
  private static final int FLOAT16_INFINITY = 0x7c00;
  private static final int NOT_A_NUMBER = 0x7e00;

  /**
   * The bits of 65536 (2^16), beyond the largest float16, and of 2^-14, its smallest normal number.
   */
  private static final int TOO_LARGE = 0x47800000;

  private static final int SMALLEST_NORMAL = 0x38800000;

  private HalfFloats() {}

  static short[] toFloat16(float[] values) {
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = toFloat16(values[i]);
    }
    return halves;
  }

  static float[] fromFloat16(short[] halves) {
    float[] values = new float[halves.length];
    for (int i = 0; i < halves.length; i++) {
      values[i] = fromFloat16(halves[i]);
    }
    return values;
  }

  static short[] toBfloat16(float[] values) {
    short[] halves = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      halves[i] = toBfloat16(values[i]);
    }
    return halves;
  }

  static float[] fromBfloat16(short[] halves) {
    float[] values = new float[halves.length];
    for (int i = 0; i < halves.length; i++) {
      values[i] = Float.intBitsToFloat(halves[i] << 16);
    }
    return values;
  }

  static short toFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7fffffff;
    int half;
    if (magnitude >= TOO_LARGE) {
      half = magnitude > FLOAT32_INFINITY ? NOT_A_NUMBER : FLOAT16_INFINITY;
    } else if (magnitude < SMALLEST_NORMAL) {
      // Next to 0.5 the last bit of a float32 has the value of the last bit of a subnormal float16:
      // the addition rounds.
      half = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - 0x3f000000;
    } else {
      int odd = (magnitude >>> 13) & 1;
      half = (magnitude - ((127 - 15) << 23) + 0xfff + odd) >>> 13;
    }
    return (short) (half | (bits >>> 16 & 0x8000));
  }

  static float fromFloat16(short half) {
    int magnitude = (half & 0x7fff) << 13;
    // 2^112 converts the bias of the exponent, also of subnormal numbers; not of infinities and
    // NaNs.
    float value =
        (half & FLOAT16_INFINITY) == FLOAT16_INFINITY
            ? Float.intBitsToFloat(magnitude | FLOAT32_INFINITY)
            : Float.intBitsToFloat(magnitude) * 0x1p112f;
    return half < 0 ? -value : value;
  }

  static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40); // remains a NaN without its low bits
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
