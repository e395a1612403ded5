package io.spackle.segment;

import io.spackle.graph.GraphException;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;

/**
 * The planes of a segmenter's answer, enlarged bilinearly to the size of an image: pixel centres
 * correspond as with {@code align_corners=False} in torch, and edges are repeated.
 *
 * @param count of planes
 * @param values of one plane after the other, rows from top to bottom
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Planes(int count, int width, int height, float[] values) {

  /** Differences below this are rounding. */
  private static final float EPSILON = 1e-6f;

  private static final float SLACK = 1e-3f; // of probabilities that were rounded

  /** Uses one enlarged row: for each plane the value of each pixel. */
  interface RowUse {
    void use(int y, float[][] row);
  }

  /**
   * The planes of an answer for one image.
   *
   * @param answer (1, planes, h, w), or (1, h, w) for a single plane
   * @param expected the number of planes
   * @throws GraphException for another shape
   */
  static Planes of(FloatTensor answer, int expected) {
    Shape shape = answer.shape();
    int rank = shape.rank();
    int count = rank == 4 ? shape.axis(1) : 1;
    if (rank < 3 || rank > 4 || shape.axis(0) != 1 || count != expected) {
      throw new GraphException(
          GraphException.Kind.FAILED,
          "the segmenter answered with the shape %s, expected [1, %d, height, width]"
              .formatted(shape, expected),
          null);
    }
    return new Planes(count, shape.axis(rank - 1), shape.axis(rank - 2), answer.data());
  }

  /** Whether each plane has the same value everywhere: such an answer locates nothing. */
  boolean areConstant() {
    int area = width * height;
    for (int i = 0; i < values.length; i++) {
      if (Math.abs(values[i] - values[i / area * area]) > EPSILON) {
        return false;
      }
    }
    return true;
  }

  /** These planes as probabilities: logits, which leave the range of 0 to 1, are converted. */
  Planes probabilities() {
    for (float value : values) {
      if (value < -SLACK || value > 1 + SLACK) {
        return sigmoid();
      }
    }
    return this;
  }

  /** These planes turned by a quarter to the right: their first row becomes the last column. */
  Planes turnedRight() {
    float[] turned = new float[values.length];
    for (int plane = 0; plane < count; plane++) {
      int start = plane * width * height;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          turned[start + x * height + height - 1 - y] = values[start + y * width + x];
        }
      }
    }
    return new Planes(count, height, width, turned);
  }

  private Planes sigmoid() {
    float[] converted = new float[values.length];
    for (int i = 0; i < converted.length; i++) {
      converted[i] = (float) (1 / (1 + Math.exp(-values[i])));
    }
    return new Planes(count, width, height, converted);
  }

  /** Enlarges all planes together, row by row, so that no enlarged plane is stored. */
  void enlarge(int toWidth, int toHeight, RowUse use) {
    Taps columns = Taps.of(width, toWidth);
    Taps rows = Taps.of(height, toHeight);
    float[][] narrow = new float[count][width];
    float[][] wide = new float[count][toWidth];
    for (int y = 0; y < toHeight; y++) {
      for (int plane = 0; plane < count; plane++) {
        int start = plane * width * height;
        int upper = start + rows.first[y] * width;
        int lower = start + rows.second[y] * width;
        float share = rows.share[y];
        for (int x = 0; x < width; x++) {
          narrow[plane][x] = values[upper + x] + share * (values[lower + x] - values[upper + x]);
        }
        columns.apply(narrow[plane], wide[plane]);
      }
      use.use(y, wide);
    }
  }

  /** The two source values of each target, and the share of the second. */
  private static final class Taps {
    private final int[] first;
    private final int[] second;
    private final float[] share;

    private Taps(int size) {
      first = new int[size];
      second = new int[size];
      share = new float[size];
    }

    static Taps of(int from, int to) {
      Taps taps = new Taps(to);
      for (int i = 0; i < to; i++) {
        double centre = Math.max(0, (i + 0.5) * from / to - 0.5);
        int first = Math.min(from - 1, (int) centre);
        taps.first[i] = first;
        taps.second[i] = Math.min(from - 1, first + 1);
        taps.share[i] = (float) (centre - first);
      }
      return taps;
    }

    void apply(float[] from, float[] to) {
      for (int i = 0; i < to.length; i++) {
        float left = from[first[i]];
        to[i] = left + share[i] * (from[second[i]] - left);
      }
    }
  }
}
