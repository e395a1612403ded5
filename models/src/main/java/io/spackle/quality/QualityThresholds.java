package io.spackle.quality;

import io.spackle.quality.ImageQuality.Fit;
import java.io.Serializable;

/**
 * The limits that an image must keep; null for none. A value that cannot be measured keeps them.
 *
 * @param maxSeam of {@link Fit#seam}
 * @param minSharpness of {@link Fit#sharpness}
 * @param maxExposure of {@link Fit#exposure} without its sign, in stops
 * @param maxColour of {@link Fit#colour}
 * @param minScore of the scorer
 */
public record QualityThresholds(
    Double maxSeam, Double minSharpness, Double maxExposure, Double maxColour, Double minScore)
    implements Serializable {

  /** No limits. */
  public static final QualityThresholds NONE = new QualityThresholds(null, null, null, null, null);

  /** Whether there is a limit. */
  public boolean isSet() {
    return !equals(NONE);
  }

  /**
   * By how much an image misses its limits: the sum of what it misses each by, as a share of the
   * limit; 0 if it keeps all.
   *
   * @param score of the scorer, or null
   */
  public double shortfall(ImageQuality quality, Double score) {
    Fit fit = quality.fit();
    Double exposure = fit.exposure() == null ? null : Double.valueOf(Math.abs(fit.exposure()));
    return above(fit.seam(), maxSeam)
        + above(minSharpness, fit.sharpness(), minSharpness)
        + above(exposure, maxExposure)
        + above(fit.colour(), maxColour)
        + above(minScore, score, minScore);
  }

  private static double above(Double value, Double limit) {
    return above(value, limit, limit);
  }

  private static double above(Double higher, Double lower, Double limit) {
    if (higher == null || lower == null) {
      return 0;
    }
    double unit = limit == 0 ? 1 : Math.abs(limit);
    return Math.max(0, higher - lower) / unit;
  }
}
