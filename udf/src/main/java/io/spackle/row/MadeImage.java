package io.spackle.row;

import io.spackle.quality.ImageQuality;
import java.util.Optional;

/**
 * How one image of a row came about.
 *
 * @param seed that it was generated with
 * @param tries number of times that it was generated, of which the best was kept; 1 without retries
 * @param quality empty if it was not measured
 */
public record MadeImage(long seed, int tries, Optional<Measured> quality) {

  /**
   * What was measured of an image.
   *
   * @param score of the scorer; null if there is none, or nothing to score
   */
  public record Measured(ImageQuality pixels, Double score) {}
}
