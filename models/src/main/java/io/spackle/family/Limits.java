package io.spackle.family;

import java.io.Serializable;

/**
 * The ranges of a row's parameters, bounds included.
 *
 * @param minSide the shortest side in pixels
 * @param maxShortSide the longest that the shorter side may be
 * @param maxLongSide the longest that the longer side may be
 * @param maxSteps inference steps, from 1
 * @param minGuidanceScale prompt weight
 * @param maxGuidanceScale prompt weight
 * @param maxSamples images per row, from 1
 */
public record Limits(
    int minSide,
    int maxShortSide,
    int maxLongSide,
    int maxSteps,
    double minGuidanceScale,
    double maxGuidanceScale,
    int maxSamples)
    implements Serializable {

  /**
   * The limits of the Stable Diffusion inpainting API: 1024x768 or 768x1024, 50 steps, guidance 1
   * to 20.
   */
  public static Limits ofApi() {
    return new Limits(64, 768, 1024, 50, 1, 20, 16);
  }

  Limits withSides(int maxShort, int maxLong) {
    return new Limits(
        minSide, maxShort, maxLong, maxSteps, minGuidanceScale, maxGuidanceScale, maxSamples);
  }

  Limits withSamples(int max) {
    return new Limits(
        minSide, maxShortSide, maxLongSide, maxSteps, minGuidanceScale, maxGuidanceScale, max);
  }

  Limits withGuidance(double min, double max) {
    return new Limits(minSide, maxShortSide, maxLongSide, maxSteps, min, max, maxSamples);
  }
}
