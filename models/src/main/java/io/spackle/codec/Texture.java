package io.spackle.codec;

import io.spackle.image.Mask;
import java.util.function.IntPredicate;

/**
 * The texture of photos: between two neighbours on a line, a pixel is often brighter or darker than
 * both. Soft edges of a mask are smooth, and hard ones are too thin to have an interior.
 */
final class Texture {

  /** Rows that are looked at, about, so that the cost of large images is bounded. */
  private static final int ROWS = 512;

  /** The smallest difference that counts: smaller ones are rounding. */
  private static final int STEP = 2;

  /** The share of interior pixels among those in neither group, in photos. */
  private static final double INTERIOR = 0.35;

  /** The share of extreme pixels in the interior of photos. */
  private static final double EXTREME = 0.05;

  private Texture() {}

  /**
   * The texture of some pixels of an image.
   *
   * @param pixels that were looked at
   * @param interior those with four neighbours among the same pixels
   * @param extreme interior ones that are brighter or darker than both neighbours on a line
   * @param isolated those that are so in their row and in their column; ridges of a gradient are
   *     not
   */
  record Counts(long pixels, long interior, long extreme, long isolated) {

    /** Whether the pixels form areas, in which many are extreme. */
    boolean isPhoto() {
      return interior > 0 && interior >= INTERIOR * pixels && extreme >= EXTREME * interior;
    }

    /** The share of isolated pixels in the interior, 0 to 1. */
    double roughness() {
      return interior == 0 ? 0 : (double) isolated / interior;
    }
  }

  /**
   * Measures the texture of some pixels; the outermost rows and columns are left out.
   *
   * @param counted whether the pixel at an index is one of them
   */
  static Counts of(Mask levels, IntPredicate counted) {
    long pixels = 0;
    long interior = 0;
    long extreme = 0;
    long isolated = 0;
    int width = levels.width();
    int step = 1 + levels.height() / ROWS;
    for (int y = 1; y < levels.height() - 1; y += step) {
      for (int i = y * width + 1; i < (y + 1) * width - 1; i++) {
        if (!counted.test(i)) {
          continue;
        }
        pixels++;
        if (counted.test(i - 1)
            && counted.test(i + 1)
            && counted.test(i - width)
            && counted.test(i + width)) {
          interior++;
          boolean inRow = isExtreme(levels.levels(), i, 1);
          boolean inColumn = isExtreme(levels.levels(), i, width);
          extreme += inRow || inColumn ? 1 : 0;
          isolated += inRow && inColumn ? 1 : 0;
        }
      }
    }
    return new Counts(pixels, interior, extreme, isolated);
  }

  private static boolean isExtreme(byte[] levels, int index, int stride) {
    int level = levels[index] & 0xFF;
    int rise = level - (levels[index - stride] & 0xFF);
    int fall = level - (levels[index + stride] & 0xFF);
    return rise >= STEP && fall >= STEP || rise <= -STEP && fall <= -STEP;
  }
}
