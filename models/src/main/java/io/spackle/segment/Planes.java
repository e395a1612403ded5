package io.spackle.segment;

import io.spackle.graph.GraphException;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.Arrays;

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

  /** The values of one plane, copied. */
  float[] plane(int index) {
    return Arrays.copyOfRange(values, index * width * height, (index + 1) * width * height);
  }

  /** The index of the plane with the highest value in each pixel. */
  byte[] likeliest() {
    byte[] likeliest = new byte[width * height];
    for (int i = likeliest.length; i < values.length; i++) {
      int at = i % likeliest.length;
      int best = (likeliest[at] & 0xFF) * likeliest.length + at;
      likeliest[at] = values[i] > values[best] ? (byte) (i / likeliest.length) : likeliest[at];
    }
    return likeliest;
  }

  /** The probabilities of planes of logits: their softmax in each pixel. */
  Planes softmax() {
    int area = width * height;
    float[] converted = new float[values.length];
    for (int at = 0; at < area; at++) {
      double sum = 0;
      float highest = values[at];
      for (int i = at; i < values.length; i += area) {
        highest = Math.max(highest, values[i]);
      }
      for (int i = at; i < values.length; i += area) {
        converted[i] = (float) Math.exp(values[i] - highest);
        sum += converted[i];
      }
      for (int i = at; i < values.length; i += area) {
        converted[i] = (float) (converted[i] / sum);
      }
    }
    return new Planes(count, width, height, converted);
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
  static final class Taps {
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

    int first(int target) {
      return first[target];
    }

    int second(int target) {
      return second[target];
    }

    float share(int target) {
      return share[target];
    }

    void apply(float[] from, float[] to) {
      for (int i = 0; i < to.length; i++) {
        to[i] = between(from, 0, i);
      }
    }

    /** The value at a target, of values that begin at some place. */
    float between(float[] from, int start, int target) {
      float left = from[start + first[target]];
      return left + share[target] * (from[start + second[target]] - left);
    }
  }
}
