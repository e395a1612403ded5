package io.spackle.image;

import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;

/**
 * The shadow that an object casts on a plain background: the ratio of the background's light to
 * what it would be without the object.
 *
 * <p>Each channel of the undisturbed background is a plane over the image, fitted by least squares
 * in linear light; pixels that differ from it by more than a tenth, such as those of the shadow,
 * are left out of further fits. A shadow darkens all channels alike, which tells it from things,
 * and it is wider than the seams of a floor, which a morphological closing removes. It fades out
 * with the distance to the object. Only an approximation: on a patterned background wide dark parts
 * near the object count as shadow.
 */
final class Shadow {

  private static final int FITS = 4;

  /** The deviation from the plane above which a pixel is not of the undisturbed background. */
  private static final double OUTLIER = 0.1;

  /** Darkness that is noise. */
  private static final float NOISE = 0.02f;

  /** The largest difference of the ratios of two channels in a shadow. */
  private static final float COLOURED = 0.15f;

  /** About as many pixels are enough for a fit. */
  private static final int SAMPLES = 50_000;

  /** The side of an object divided by half the width of a line that is no shadow. */
  private static final double LINE = 80;

  /** How far a shadow is continued into the soft edge of its object, in pixels. */
  private static final int SOFT_EDGE = 12;

  private final RgbImage photo;
  private final Mask matte;

  private Shadow(RgbImage photo, Mask matte) {
    this.photo = photo;
    this.matte = matte;
  }

  /**
   * The shadow of an object.
   *
   * @param matte of the photo's size: 0 on the object, 255 on its background
   * @return of the same size: 255 times the ratio of light, so 255 where there is no shadow; empty
   *     if there is no object, or no background
   */
  static Optional<Mask> of(RgbImage photo, Mask matte) {
    Shadow shadow = new Shadow(photo, matte);
    double[][] planes = new double[RgbImage.CHANNELS][];
    for (int channel = 0; channel < planes.length; channel++) {
      planes[channel] = shadow.fitted(channel);
    }
    boolean hasObject = matte.coverage() < 1;
    return hasObject && planes[0] != null ? Optional.of(shadow.ratios(planes)) : Optional.empty();
  }

  /** The coefficients of 1, x and y; null if there is no background. */
  private double[] fitted(int channel) {
    int stride = Math.max(1, (int) Math.sqrt(matte.levels().length / (double) SAMPLES));
    double[] plane = null;
    for (int fit = 0; fit < FITS; fit++) {
      LeastSquares sums = new LeastSquares();
      for (int y = 0; y < matte.height(); y += stride) {
        for (int x = 0; x < matte.width(); x += stride) {
          int i = y * matte.width() + x;
          if (matte.levels()[i] == (byte) 255) {
            float value = value(i, channel);
            if (plane == null || Math.abs(value / at(plane, x, y) - 1) < OUTLIER) {
              sums.add(x, y, value);
            }
          }
        }
      }
      double[] next = sums.solution();
      if (next == null) {
        return plane;
      }
      plane = next;
    }
    return plane;
  }

  private Mask ratios(double[][] planes) {
    int width = matte.width();
    DistanceField toObject = DistanceField.to(matte, level -> !Mask.isMasked(level));
    double area = matte.levels().length * (1 - matte.coverage());
    double reach = Math.sqrt(area) / 2;
    byte[] found = new byte[matte.levels().length];
    for (int i = 0; i < found.length; i++) {
      double distance = Math.sqrt(toObject.squared(i));
      double weight = Math.max(0, Math.min(1, 2 - distance / reach));
      float darkness = weight > 0 ? darkness(i, i % width, i / width, planes) : 0;
      found[i] = (byte) Math.round(255 * (1 - weight * darkness));
    }
    int radius = Math.max(1, (int) Math.round(Math.sqrt(area) / LINE));
    byte[] ratios = withoutLines(found, radius);
    continueUnderSoftEdge(ratios);
    return new Mask(width, matte.height(), ratios);
  }

  /** A closing with a square; the object counts as dark, so that a shadow along it stays. */
  private byte[] withoutLines(byte[] ratios, int radius) {
    byte[] dark = ratios.clone();
    for (int i = 0; i < dark.length; i++) {
      dark[i] = matte.levels()[i] == (byte) 255 ? dark[i] : 0;
    }
    byte[] closed = dark;
    for (IntBinaryOperator extreme : List.<IntBinaryOperator>of(Math::max, Math::min)) {
      closed = extremes(closed, 1, radius, extreme);
      closed = extremes(closed, matte.width(), radius, extreme);
    }
    for (int i = 0; i < closed.length; i++) {
      closed[i] = matte.levels()[i] == (byte) 255 ? closed[i] : (byte) 255;
    }
    return closed;
  }

  /** The extreme level in a span of pixels around each, in a row or in a column. */
  private byte[] extremes(byte[] levels, int step, int radius, IntBinaryOperator extreme) {
    int length = step == 1 ? matte.width() : matte.height();
    byte[] result = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      int position = step == 1 ? i % length : i / step;
      int from = Math.max(-radius, -position);
      int to = Math.min(radius, length - 1 - position);
      int level = levels[i] & 0xFF;
      for (int offset = from; offset <= to; offset++) {
        level = extreme.applyAsInt(level, levels[i + offset * step] & 0xFF);
      }
      result[i] = (byte) level;
    }
    return result;
  }

  /** The part of the light that is missing, 0 to 1. */
  private float darkness(int pixel, int x, int y, double[][] planes) {
    if (matte.levels()[pixel] != (byte) 255) {
      return 0;
    }
    float lowest = Float.MAX_VALUE;
    float highest = 0;
    float sum = 0;
    for (int channel = 0; channel < planes.length; channel++) {
      float ratio = (float) (value(pixel, channel) / at(planes[channel], x, y));
      lowest = Math.min(lowest, ratio);
      highest = Math.max(highest, ratio);
      sum += ratio;
    }
    float darkness = 1 - sum / planes.length - NOISE;
    return highest - lowest > COLOURED ? 0 : Math.max(0, darkness / (1 - NOISE));
  }

  /** At a soft edge the object hides the background: the shadow beside it goes on. */
  private void continueUnderSoftEdge(byte[] ratios) {
    byte[] known = matte.levels().clone();
    for (int round = 0; round < SOFT_EDGE; round++) {
      byte[] before = known.clone();
      for (int i = 0; i < ratios.length; i++) {
        int next = Matte.isSoft(before[i]) ? knownNeighbour(before, i) : -1;
        if (next >= 0) {
          ratios[i] = ratios[next];
          known[i] = (byte) 255;
        }
      }
    }
  }

  private int knownNeighbour(byte[] known, int i) {
    int width = matte.width();
    int x = i % width;
    if (x > 0 && known[i - 1] == (byte) 255) {
      return i - 1;
    }
    if (x < width - 1 && known[i + 1] == (byte) 255) {
      return i + 1;
    }
    if (i >= width && known[i - width] == (byte) 255) {
      return i - width;
    }
    return i + width < known.length && known[i + width] == (byte) 255 ? i + width : -1;
  }

  private float value(int pixel, int channel) {
    return LinearLight.of(photo.pixels()[RgbImage.CHANNELS * pixel + channel]);
  }

  private static double at(double[] plane, int x, int y) {
    return Math.max(1e-4, plane[0] + plane[1] * x + plane[2] * y);
  }

  /** The sums of a least-squares fit of a plane. */
  private static final class LeastSquares {

    private final double[][] rows = new double[3][4];
    private int count;

    void add(int x, int y, double value) {
      double[] terms = {1, x, y, value};
      for (int row = 0; row < rows.length; row++) {
        for (int column = 0; column < terms.length; column++) {
          rows[row][column] += terms[row] * terms[column];
        }
      }
      count++;
    }

    /** By Gaussian elimination; the mean if the pixels are in line, null if there are none. */
    double[] solution() {
      if (count == 0) {
        return null;
      }
      double mean = rows[0][3] / rows[0][0];
      for (int pivot = 0; pivot < 3; pivot++) {
        if (Math.abs(rows[pivot][pivot]) < 1e-9 * count) {
          return new double[] {mean, 0, 0};
        }
        for (int row = pivot + 1; row < 3; row++) {
          double factor = rows[row][pivot] / rows[pivot][pivot];
          for (int column = pivot; column < 4; column++) {
            rows[row][column] -= factor * rows[pivot][column];
          }
        }
      }
      double y = rows[2][3] / rows[2][2];
      double x = (rows[1][3] - rows[1][2] * y) / rows[1][1];
      return new double[] {(rows[0][3] - rows[0][1] * x - rows[0][2] * y) / rows[0][0], x, y};
    }
  }
}
