package io.spackle.segment;

import io.spackle.image.Filter;
import io.spackle.image.RgbImage;

/**
 * The fast guided filter of K. He and J. Sun ("Fast Guided Filter", 2015) with a colour image as
 * its guide, as in K. He, J. Sun and X. Tang, "Guided Image Filtering" (2013), section 3.5: in each
 * window a plane is fitted by a linear function of the colours. Windows lie in the reduced guide;
 * the functions are then applied to the colours of the image itself, so that what the plane tells
 * apart follows the edges of the image.
 *
 * @param size of the guide
 * @param colours of the guide: red, green and blue, 0 to 1
 * @param means of the colours in each window
 * @param inverse of the colours' covariance in each window: its upper triangle, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GuidedFilter(Size size, float[][] colours, float[][] means, float[][] inverse) {

  /** The distance in pixels of the guide within which a plane may be off an edge. */
  static final int RADIUS = 2;

  /** The variance of colours, 0 to 1, below which differences are noise rather than edges. */
  private static final double EPSILON = 1e-3;

  private static final float WHITE = 255;

  /** The places of the entries (row, column) of a symmetric matrix in its upper triangle. */
  private static final int[][] TRIANGLE = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};

  /** Width and height in pixels. */
  record Size(int width, int height) {

    int area() {
      return width * height;
    }
  }

  /** The filter of planes that were computed from a reduced copy of an image. */
  static GuidedFilter of(RgbImage image, int width, int height) {
    Size size = new Size(width, height);
    float[][] colours = colours(Filter.BILINEAR.resize(image, width, height));
    float[][] means = new float[RgbImage.CHANNELS][];
    for (int i = 0; i < RgbImage.CHANNELS; i++) {
      means[i] = mean(colours[i], size);
    }
    float[][] covariance = new float[6][];
    for (int i = 0; i < RgbImage.CHANNELS; i++) {
      for (int j = i; j < RgbImage.CHANNELS; j++) {
        covariance[TRIANGLE[i][j]] =
            covariance(colours[i], colours[j], new float[][] {means[i], means[j]}, size);
      }
    }
    invert(covariance);
    return new GuidedFilter(size, colours, means, covariance);
  }

  /**
   * The linear functions of the colours that replace a plane, averaged over the windows of each
   * pixel.
   *
   * @param values of the plane, of the guide's size
   * @return four planes: the factors of red, green and blue, and the constant
   */
  Planes functions(float[] values) {
    float[] mean = mean(values, size);
    float[][] functions = new float[RgbImage.CHANNELS + 1][size.area()];
    float[][] shared = new float[RgbImage.CHANNELS][];
    for (int i = 0; i < RgbImage.CHANNELS; i++) {
      shared[i] = covariance(colours[i], values, new float[][] {means[i], mean}, size);
    }
    for (int at = 0; at < size.area(); at++) {
      float constant = mean[at];
      for (int i = 0; i < RgbImage.CHANNELS; i++) {
        float factor = 0;
        for (int j = 0; j < RgbImage.CHANNELS; j++) {
          factor += inverse[TRIANGLE[i][j]][at] * shared[j][at];
        }
        functions[i][at] = factor;
        constant -= factor * means[i][at];
      }
      functions[RgbImage.CHANNELS][at] = constant;
    }
    return averaged(functions);
  }

  private Planes averaged(float[][] functions) {
    float[] all = new float[functions.length * size.area()];
    for (int i = 0; i < functions.length; i++) {
      System.arraycopy(mean(functions[i], size), 0, all, i * size.area(), size.area());
    }
    return new Planes(functions.length, size.width(), size.height(), all);
  }

  private static float[][] colours(RgbImage guide) {
    float[][] colours = new float[RgbImage.CHANNELS][guide.width() * guide.height()];
    for (int i = 0; i < guide.pixels().length; i++) {
      colours[i % RgbImage.CHANNELS][i / RgbImage.CHANNELS] = (guide.pixels()[i] & 0xFF) / WHITE;
    }
    return colours;
  }

  /**
   * The covariance of two planes in each window.
   *
   * @param means of both
   */
  private static float[] covariance(float[] one, float[] other, float[][] means, Size size) {
    float[] product = new float[one.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = one[i] * other[i];
    }
    float[] covariance = mean(product, size);
    for (int i = 0; i < covariance.length; i++) {
      covariance[i] -= means[0][i] * means[1][i];
    }
    return covariance;
  }

  /** Inverts symmetric matrices in place, with {@link #EPSILON} added to their diagonals. */
  private static void invert(float[][] matrices) {
    for (int at = 0; at < matrices[0].length; at++) {
      double a = matrices[0][at] + EPSILON;
      double b = matrices[1][at];
      double c = matrices[2][at];
      double d = matrices[3][at] + EPSILON;
      double e = matrices[4][at];
      double f = matrices[5][at] + EPSILON;
      double determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d);
      matrices[0][at] = (float) ((d * f - e * e) / determinant);
      matrices[1][at] = (float) ((c * e - b * f) / determinant);
      matrices[2][at] = (float) ((b * e - c * d) / determinant);
      matrices[3][at] = (float) ((a * f - c * c) / determinant);
      matrices[4][at] = (float) ((b * c - a * e) / determinant);
      matrices[5][at] = (float) ((a * d - b * b) / determinant);
    }
  }

  /** The mean of each window; at the borders, of its part inside. */
  private static float[] mean(float[] values, Size size) {
    float[] rows = new float[values.length];
    for (int y = 0; y < size.height(); y++) {
      slide(values, rows, new Line(y * size.width(), 1, size.width()));
    }
    float[] windows = new float[values.length];
    for (int x = 0; x < size.width(); x++) {
      slide(rows, windows, new Line(x, size.width(), size.height()));
    }
    return windows;
  }

  /** The places of a row or a column in an array. */
  private record Line(int start, int step, int length) {}

  private static void slide(float[] from, float[] to, Line line) {
    double sum = 0;
    for (int i = -RADIUS; i < line.length; i++) {
      int entering = i + RADIUS;
      int leaving = i - RADIUS - 1;
      sum += entering < line.length ? from[line.start + entering * line.step] : 0;
      sum -= leaving >= 0 ? from[line.start + leaving * line.step] : 0;
      if (i >= 0) {
        int count = Math.min(line.length, entering + 1) - Math.max(0, leaving + 1);
        to[line.start + i * line.step] = (float) (sum / count);
      }
    }
  }
}
