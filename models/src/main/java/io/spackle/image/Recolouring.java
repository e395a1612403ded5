package io.spackle.image;

import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A new colour for the masked region of a photo, which keeps its light: folds, cloth, shading and
 * the contrast of what is printed on it.
 *
 * <p>A pixel's light is the product of the colour of a thing and of the shading on it: Barrow and
 * Tenenbaum, "Recovering intrinsic scene characteristics from images", 1978. The shading is the
 * photo's, its luminance over the mean luminance of the region. The colour is the generated one, a
 * single one for the region: the geometric median of its pixels, found by Weiszfeld's iteration. It
 * stays the same when fewer than half of the pixels have another colour, so the generated shape
 * need not be the photo's. Dark cloth has more contrast than bright cloth can show. Where the new
 * colour is brighter, shading is raised to a power below 1, so that lit folds keep that colour.
 * Along the outline only the thing's share of a pixel is recoloured ({@link SoftOutline}).
 */
final class Recolouring {

  private static final int MAX_ITERATIONS = 100;

  /**
   * About the most pixels that statistics are taken of; in larger regions they are evenly spaced.
   */
  private static final int SAMPLE = 1 << 16;

  /** The distance between two iterations, in linear light, that is too small to be seen. */
  private static final double SETTLED = 1e-5;

  /** The share of the region that is darker than what is to keep the new colour. */
  private static final double LIT = 0.95;

  /** The power that keeps the least contrast; below it a thing looks flat. */
  private static final double LEAST_CONTRAST = 0.6;

  /** The luminance that black pixels are taken to have: below it there is only noise. */
  private static final double DARKEST = 1e-3;

  private final RgbImage photo;
  private final int[] region;
  private final SoftOutline outline;

  /**
   * @param region of the size of the photo; pixels of at least 128 get the colour
   */
  Recolouring(RgbImage photo, Mask region) {
    byte[] levels = region.levels();
    this.photo = photo;
    this.region = IntStream.range(0, levels.length).filter(i -> Mask.isMasked(levels[i])).toArray();
    this.outline = new SoftOutline(photo, region);
  }

  /**
   * The photo with the generated colour in the masked region; elsewhere the generated pixels.
   *
   * @param generated of the size of the photo
   */
  RgbImage apply(RgbImage generated) {
    if (region.length == 0) {
      return generated;
    }
    LinearRgb colour = geometricMedian(generated);
    double middle = meanLuminance();
    double contrast = contrast(colour, middle);
    byte[] pixels = generated.pixels().clone();
    for (int pixel : region) {
      SoftOutline.Mixture seen = outline.at(pixel);
      double shading = Math.pow(light(seen.thing()) / middle, contrast);
      LinearRgb thing = colour.times(shading).withinGamut();
      thing
          .times(seen.share())
          .plus(seen.ground().times(1 - seen.share()))
          .write(pixels, pixel * RgbImage.CHANNELS);
    }
    return new RgbImage(photo.width(), photo.height(), pixels);
  }

  /** The colour with the least sum of distances to the generated pixels of the region. */
  private LinearRgb geometricMedian(RgbImage generated) {
    LinearRgb median = mean(generated, pixel -> 1);
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      LinearRgb centre = median;
      median = mean(generated, pixel -> 1 / Math.max(SETTLED, pixel.distance(centre)));
      if (median.distance(centre) < SETTLED) {
        break;
      }
    }
    return median;
  }

  private LinearRgb mean(RgbImage generated, ToDoubleFunction<LinearRgb> weight) {
    LinearRgb sum = new LinearRgb(0, 0, 0);
    double total = 0;
    for (int at : sample().toArray()) {
      LinearRgb pixel = LinearRgb.read(generated.pixels(), at * RgbImage.CHANNELS);
      double share = weight.applyAsDouble(pixel);
      sum = sum.plus(pixel.times(share));
      total += share;
    }
    return sum.times(1 / total);
  }

  /** The geometric mean of the luminance in the region of the photo. */
  private double meanLuminance() {
    double logarithms = 0;
    for (int pixel : region) {
      logarithms += Math.log(luminance(pixel));
    }
    return Math.exp(logarithms / region.length);
  }

  /** The power of the shading with which its lit part stays within the gamut, if there is one. */
  private double contrast(LinearRgb colour, double middle) {
    double[] sorted = sample().mapToDouble(this::luminance).sorted().toArray();
    double lit = sorted[(int) (LIT * (sorted.length - 1))] / middle;
    double room = 1 / Math.max(colour.highest(), DARKEST);
    if (lit <= Math.max(1, room)) {
      return 1;
    }
    return Math.max(LEAST_CONTRAST, Math.log(Math.max(1, room)) / Math.log(lit));
  }

  /** Evenly spaced pixels of the region. */
  private IntStream sample() {
    int stride = Math.max(1, region.length / SAMPLE);
    return IntStream.range(0, (region.length + stride - 1) / stride).map(i -> region[i * stride]);
  }

  private double luminance(int pixel) {
    return light(LinearRgb.read(photo.pixels(), pixel * RgbImage.CHANNELS));
  }

  private static double light(LinearRgb colour) {
    return DARKEST + Math.max(0, colour.luminance());
  }
}
