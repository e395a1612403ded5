package io.spackle.quality;

import io.spackle.image.LinearLight;
import io.spackle.image.RgbImage;

/**
 * The mean light of a zone, in linear sRGB.
 *
 * @param red 0 to 1, as are green and blue
 */
record MeanColour(double red, double green, double blue) {

  /** Half of the light of level 1, so that black has an exposure. */
  private static final double DARKEST = 0.5 / 255 / 12.92;

  /** The white of D65, in the coordinates of CIE XYZ. */
  private static final double[] WHITE = {0.95047, 1, 1.08883};

  /** The means of zones: by {@link Zones#INSIDE} and {@link Zones#RING}; null for an empty one. */
  static MeanColour[] of(RgbImage image, Zones zones) {
    double[][] sums = new double[3][RgbImage.CHANNELS];
    int[] counts = new int[3];
    byte[] pixels = image.pixels();
    for (int y = 0; y < zones.height(); y++) {
      int at = RgbImage.CHANNELS * ((zones.top() + y) * image.width() + zones.left());
      for (int x = 0; x < zones.width(); x++, at += RgbImage.CHANNELS) {
        byte zone = zones.zones()[y * zones.width() + x];
        if (zone != 0) {
          double[] sum = sums[zone];
          sum[0] += LinearLight.of(pixels[at]);
          sum[1] += LinearLight.of(pixels[at + 1]);
          sum[2] += LinearLight.of(pixels[at + 2]);
          counts[zone]++;
        }
      }
    }
    MeanColour[] means = new MeanColour[3];
    for (int zone = 0; zone < means.length; zone++) {
      int count = counts[zone];
      double[] sum = sums[zone];
      means[zone] =
          count == 0 ? null : new MeanColour(sum[0] / count, sum[1] / count, sum[2] / count);
    }
    return means;
  }

  /** The exposure over that of another colour, in stops: 1 is twice the light. */
  double stopsOver(MeanColour other) {
    return Math.log((luminance() + DARKEST) / (other.luminance() + DARKEST)) / Math.log(2);
  }

  /** The distance from another colour in the plane a*, b* of CIELAB: lightness does not count. */
  double chromaDistance(MeanColour other) {
    double[] one = chroma();
    double[] two = other.chroma();
    return Math.hypot(one[0] - two[0], one[1] - two[1]);
  }

  /** The relative luminance, 0 to 1. */
  private double luminance() {
    return 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue;
  }

  /** The coordinates a* and b*. */
  private double[] chroma() {
    double x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / WHITE[0];
    double y = luminance() / WHITE[1];
    double z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / WHITE[2];
    return new double[] {500 * (lab(x) - lab(y)), 200 * (lab(y) - lab(z))};
  }

  /** The function of CIE 15: a cube root, and a line below (6/29)^3. */
  private static double lab(double share) {
    return share > 216.0 / 24389 ? Math.cbrt(share) : share * 841 / 108 + 4.0 / 29;
  }
}
