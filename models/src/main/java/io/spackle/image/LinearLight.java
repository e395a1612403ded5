package io.spackle.image;

/**
 * The sRGB transfer function of IEC 61966-2-1. Light adds up in linear values, and not in the
 * stored levels.
 */
public final class LinearLight {

  private static final int STEPS = 65_535;
  private static final float[] LINEAR = new float[256];
  private static final byte[] LEVELS = new byte[STEPS + 1];

  static {
    for (int level = 0; level < LINEAR.length; level++) {
      double value = level / 255.0;
      LINEAR[level] =
          (float) (value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4));
    }
    for (int step = 0; step < LEVELS.length; step++) {
      double linear = step / (double) STEPS;
      double value =
          linear <= 0.0031308 ? linear * 12.92 : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
      LEVELS[step] = (byte) Math.round(value * 255);
    }
  }

  private LinearLight() {}

  /** The linear value of a level, 0 to 1. */
  public static float of(byte level) {
    return LINEAR[level & 0xFF];
  }

  /** The level of a linear value; values outside 0 to 1 are clamped. */
  static byte level(float linear) {
    return LEVELS[Math.round(Math.max(0, Math.min(1, linear)) * STEPS)];
  }
}
