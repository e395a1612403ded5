package io.spackle.segment;

import io.spackle.segment.Components.Component;

/**
 * A region of a {@link TextMap}: the middle of a line of text.
 *
 * @param pixels of the map
 * @param box around the pixels
 * @param score the mean probability of the pixels, 0 to 1
 */
record TextRegion(Component pixels, Quadrilateral box, double score) {

  /** Regions of textures are more compact. */
  private static final double LINE_ASPECT_RATIO = 6;

  private static final double LINE_SCORE = 0.97;

  /** A region that fills less of its rectangle is curved. */
  private static final double STRAIGHT = 0.5;

  /** Whether the region is long and almost certainly text. */
  boolean isLine() {
    return score >= LINE_SCORE && box.aspectRatio() >= LINE_ASPECT_RATIO;
  }

  boolean isStraight() {
    return pixels.area() >= STRAIGHT * box.area();
  }
}
