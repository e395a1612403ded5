package io.spackle.family;

import java.io.Serializable;

/**
 * The ranges of a row's parameters, bounds included.
 *
 * @param minSide the shortest side in pixels
 * @param maxShortSide the longest that the shorter side may be
 * @param maxLongSide the longest that the longer side may be
 * @param maxSteps inference steps, from 1
 * @param guidance of prompt weights
 * @param maxSamples images per row, from 1
 */
public record Limits(
    int minSide,
    int maxShortSide,
    int maxLongSide,
    int maxSteps,
    GuidanceLimits guidance,
    int maxSamples)
    implements Serializable {

  /**
   * The range of guidance scales.
   *
   * @param min the lowest scale
   * @param max the highest scale
   * @param distilled whether the scale is an input of the network, which predicts once whatever it
   *     is: there is no call that guidance could be left out of
   */
  public record GuidanceLimits(double min, double max, boolean distilled) implements Serializable {}

  /**
   * The limits of the Stable Diffusion inpainting API: 1024x768 or 768x1024, 50 steps, guidance 1
   * to 20.
   */
  public static Limits ofApi() {
    return new Limits(64, 768, 1024, 50, new GuidanceLimits(1, 20, false), 16);
  }

  Limits withSides(int maxShort, int maxLong) {
    return new Limits(minSide, maxShort, maxLong, maxSteps, guidance, maxSamples);
  }

  Limits withSamples(int max) {
    return new Limits(minSide, maxShortSide, maxLongSide, maxSteps, guidance, max);
  }

  Limits withGuidance(double min, double max) {
    return with(new GuidanceLimits(min, max, false));
  }

  Limits withDistilledGuidance(double min, double max) {
    return with(new GuidanceLimits(min, max, true));
  }

  private Limits with(GuidanceLimits limits) {
    return new Limits(minSide, maxShortSide, maxLongSide, maxSteps, limits, maxSamples);
  }
}
