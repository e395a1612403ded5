package io.spackle.codec;

import io.spackle.image.Mask;

/** The mask in the alpha channel of a layer. */
final class LayerMask {

  /** The largest ratio of the strongest opacity to that of a stroke. */
  private static final int FAINT = 8;

  /** The side in pixels of an area of one stroke. */
  private static final int AREA = 4;

  /** The smallest share of a stroke's opacity in the plain parts of all strokes. */
  private static final double STROKE_SHARE = 0.05;

  private LayerMask() {}

  /**
   * Opaque parts are masked: a pixel from half the opacity of its stroke on. Where strokes of
   * different opacity lie on a layer, the faintest counts, so that each is masked.
   */
  static Mask opaque(Mask alpha) {
    int full = strokeOpacity(alpha);
    byte[] levels = new byte[alpha.levels().length];
    for (int i = 0; i < levels.length; i++) {
      int level = (255 * (alpha.levels()[i] & 0xFF) + full / 2) / full;
      levels[i] = (byte) Math.min(255, level);
    }
    return new Mask(alpha.width(), alpha.height(), levels);
  }

  /** Transparent parts are masked: a pixel of less than half opacity. */
  static Mask transparent(Mask alpha) {
    return alpha.inverted();
  }

  /**
   * The opacity of the faintest stroke, 1 to 255: the lowest level that fills areas, without the
   * faint remains of an eraser. Soft edges fill none, since their level changes within a few
   * pixels.
   */
  static int strokeOpacity(Mask alpha) {
    LevelHistogram all = LevelHistogram.of(alpha);
    int strongest = Math.max(1, all.highest());
    long[] plain = plainPixels(alpha);
    long sum = 0;
    for (int level = all.lowest() + 1; level < plain.length; level++) {
      sum += plain[level];
    }
    for (int level = all.lowest() + 1; level < strongest; level++) {
      if (FAINT * level >= strongest && plain[level] > STROKE_SHARE * sum) {
        return level;
      }
    }
    return strongest;
  }

  /**
   * For each level, the number of pixels with the same level to the left and above, near and far.
   */
  private static long[] plainPixels(Mask alpha) {
    long[] plain = new long[LevelHistogram.LEVELS];
    byte[] levels = alpha.levels();
    int width = alpha.width();
    for (int y = AREA; y < alpha.height(); y++) {
      for (int i = y * width + AREA; i < (y + 1) * width; i++) {
        if (levels[i] == levels[i - 1]
            && levels[i] == levels[i - width]
            && levels[i] == levels[i - AREA]
            && levels[i] == levels[i - AREA * width]) {
          plain[levels[i] & 0xFF]++;
        }
      }
    }
    return plain;
  }
}
