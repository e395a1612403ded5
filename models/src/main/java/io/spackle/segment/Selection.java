package io.spackle.segment;

import java.io.Serializable;

/**
 * Which of several separate regions is masked.
 *
 * @param x of the point for {@link Mode#NEAREST}, as a share of the image's width
 * @param y of the point, as a share of the image's height
 */
public record Selection(Mode mode, double x, double y) implements Serializable {

  /** All regions. */
  public static final Selection ALL = new Selection(Mode.ALL, 0.5, 0.5);

  /** How a region is chosen. */
  public enum Mode {
    ALL,
    /** The one with the most pixels. */
    LARGEST,
    /** The one with the pixel that is nearest to a point. */
    NEAREST
  }
}
