package io.spackle.segment;

import io.spackle.image.Mask;
import java.io.Serializable;

/**
 * By how much a mask grows, or shrinks where it is negative.
 *
 * @param amount in pixels, or a share of the image's shorter side
 * @param isShare whether it is such a share
 */
public record Grow(double amount, boolean isShare) implements Serializable {

  /** Not at all. */
  public static final Grow NONE = new Grow(0, false);

  /** The mask, grown or shrunk; the edges of the image do not shrink. */
  Mask apply(Mask mask) {
    double share = isShare ? Math.min(mask.width(), mask.height()) : 1;
    int pixels = (int) Math.round(amount * share);
    return pixels >= 0 ? mask.grown(pixels) : mask.inverted().grown(-pixels).inverted();
  }
}
