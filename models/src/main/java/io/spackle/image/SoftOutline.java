package io.spackle.image;

/**
 * The soft edge of a thing that a mask outlines: how much of each masked pixel near the outline
 * shows the thing, and how much the ground behind it.
 *
 * <p>Along the outline of a photo's thing, pixels are mixtures of its colour and of the ground's.
 * Both colours are means of pixels nearby, on either side of the outline. The share of the thing is
 * the pixel's projection on the line between them in linear light: Wang and Cohen, "Optimized Color
 * Sampling for Robust Matting", 2007. Where thing and ground have nearly the same colour, the share
 * depends on the distance to the outline alone. So a mask may also be a few pixels larger than the
 * thing: what is ground there stays ground.
 */
final class SoftOutline {

  /** How deep the soft edge of a small image may reach into the masked region, in pixels. */
  private static final int LEAST_REACH = 4;

  /** The pixels of an image's longer side for which the edge may be one pixel deeper. */
  private static final int SIDE_PER_PIXEL = 400;

  /** The side of the square in which colours are sampled, in depths of the edge. */
  private static final int WINDOW = 6;

  /** Samples from the centre of the square to its side, about. */
  private static final int SAMPLES = 6;

  /** The distance of two colours, in linear light, that noise may have. */
  private static final double NOISE = 0.04;

  /** The distance from the kept pixels over which the share rises where colours do not tell. */
  private static final double PLAIN_EDGE = 2;

  private final RgbImage photo;
  private final int reach;
  private final DistanceField toKept;
  private final DistanceField toMasked;

  /**
   * A pixel as a mixture: {@code share * thing + (1 - share) * ground} is its colour.
   *
   * @param share 0 to 1
   */
  record Mixture(double share, LinearRgb thing, LinearRgb ground) {}

  /**
   * @param mask of the photo's size: pixels of at least 128 are of the thing, or near its edge
   */
  SoftOutline(RgbImage photo, Mask mask) {
    this.photo = photo;
    this.reach = LEAST_REACH + Math.max(photo.width(), photo.height()) / SIDE_PER_PIXEL;
    this.toKept = DistanceField.to(mask, level -> !Mask.isMasked(level));
    this.toMasked = DistanceField.to(mask, Mask::isMasked);
  }

  /** What a masked pixel shows; far from the outline that is the thing alone. */
  Mixture at(int pixel) {
    LinearRgb colour = colour(pixel);
    double depth = depth(toKept, pixel);
    double least = Math.min(1, (depth - 1) / reach);
    if (least == 1) {
      return new Mixture(1, colour, colour);
    }
    LinearRgb thing = mean(pixel, toKept, colour);
    LinearRgb ground = mean(pixel, toMasked, thing);
    LinearRgb step = thing.minus(ground);
    double contrast = step.dot(step);
    double told = contrast / (contrast + NOISE * NOISE);
    double shown = contrast == 0 ? 0 : colour.minus(ground).dot(step) / contrast;
    double plain = Math.min(1, depth / PLAIN_EDGE);
    double share = Math.max(least, Math.min(1, told * shown + (1 - told) * plain));
    return mixture(share, colour, new Mixture(share, thing, ground));
  }

  /** The two colours nearest to the means whose mixture is the pixel's colour. */
  private static Mixture mixture(double share, LinearRgb colour, Mixture means) {
    double rest = 1 - share;
    LinearRgb mixed = means.thing().times(share).plus(means.ground().times(rest));
    LinearRgb error = colour.minus(mixed).times(1 / (share * share + rest * rest));
    return new Mixture(
        share, means.thing().plus(error.times(share)), means.ground().plus(error.times(rest)));
  }

  /**
   * The mean colour around a pixel on one side of the outline. Pixels count the more the farther
   * they are from the other side, up to the depth of the edge.
   *
   * @param fallback the result if none of the sampled pixels is on this side
   */
  private LinearRgb mean(int pixel, DistanceField toOtherSide, LinearRgb fallback) {
    int half = WINDOW * reach / 2;
    int stride = Math.max(1, half / SAMPLES);
    int bottom = Math.min(photo.height() - 1, pixel / photo.width() + half);
    int right = Math.min(photo.width() - 1, pixel % photo.width() + half);
    LinearRgb sum = new LinearRgb(0, 0, 0);
    double weights = 0;
    for (int y = Math.max(0, pixel / photo.width() - half); y <= bottom; y += stride) {
      for (int x = Math.max(0, pixel % photo.width() - half); x <= right; x += stride) {
        int at = y * photo.width() + x;
        double purity = Math.min(1, depth(toOtherSide, at) / reach);
        sum = sum.plus(colour(at).times(purity * purity));
        weights += purity * purity;
      }
    }
    return weights == 0 ? fallback : sum.times(1 / weights);
  }

  private static double depth(DistanceField field, int pixel) {
    int squared = field.squared(pixel);
    return squared == Integer.MAX_VALUE ? Double.MAX_VALUE : Math.sqrt(squared);
  }

  private LinearRgb colour(int pixel) {
    return LinearRgb.read(photo.pixels(), pixel * RgbImage.CHANNELS);
  }
}
