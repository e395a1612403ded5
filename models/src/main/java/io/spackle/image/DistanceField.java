package io.spackle.image;

/**
 * The distance of every pixel to the nearest one of a kind, exact, in time linear in the number of
 * pixels.
 *
 * <p>Algorithm: A. Meijster, J. Roerdink, W. Hesselink, "A general algorithm for computing distance
 * transforms in linear time" (2000): distances within each column first, then the lower envelope of
 * one parabola per column along each row.
 */
final class DistanceField {

  /** Further than anything; its square still fits a long with room to spare. */
  private static final int FAR = 1 << 24;

  /** Which levels of a mask are measured to. */
  interface Kind {
    boolean holds(byte level);
  }

  private final int[] squared;

  private DistanceField(int[] squared) {
    this.squared = squared;
  }

  /** The distances to the pixels whose level is of some kind. */
  static DistanceField to(Mask mask, Kind kind) {
    int[] vertical = columns(mask, kind);
    int width = mask.width();
    Envelope envelope = new Envelope(width);
    int[] row = new int[width];
    for (int y = 0; y < mask.height(); y++) {
      System.arraycopy(vertical, y * width, row, 0, width);
      envelope.distances(row, vertical, y * width);
    }
    return new DistanceField(vertical);
  }

  /**
   * The squared distance between centres, 0 for a pixel of the kind.
   *
   * @return {@link Integer#MAX_VALUE} where there is no pixel of the kind
   */
  int squared(int index) {
    return squared[index];
  }

  /** For each pixel the distance to the nearest one of the kind in its own column. */
  private static int[] columns(Mask mask, Kind kind) {
    int width = mask.width();
    byte[] levels = mask.levels();
    int[] distance = new int[levels.length];
    for (int i = 0; i < levels.length; i++) {
      int above = i < width ? FAR : distance[i - width];
      distance[i] = kind.holds(levels[i]) ? 0 : Math.min(FAR, above + 1);
    }
    for (int i = levels.length - width - 1; i >= 0; i--) {
      distance[i] = Math.min(distance[i], distance[i + width] + 1);
    }
    return distance;
  }

  /** The second phase, with its stacks. */
  private static final class Envelope {

    private final int[] apex; // columns whose parabola is part of the envelope
    private final int[] start; // the first column where it is the lowest

    Envelope(int width) {
      apex = new int[width];
      start = new int[width];
    }

    void distances(int[] row, int[] out, int offset) {
      int last = build(row);
      for (int x = row.length - 1; x >= 0; x--) {
        long value = height(row, apex[last], x);
        out[offset + x] = value >= (long) FAR * FAR ? Integer.MAX_VALUE : (int) value;
        if (x == start[last]) {
          last--;
        }
      }
    }

    private int build(int[] row) {
      int last = 0;
      apex[0] = 0;
      start[0] = 0;
      for (int x = 1; x < row.length; x++) {
        while (last >= 0 && height(row, apex[last], start[last]) > height(row, x, start[last])) {
          last--;
        }
        if (last < 0) {
          last = 0;
          apex[0] = x;
          start[0] = 0;
          continue;
        }
        long from = 1 + crossing(row, apex[last], x);
        if (from < row.length) {
          last++;
          apex[last] = x;
          start[last] = (int) from;
        }
      }
      return last;
    }

    private static long height(int[] row, int column, int x) {
      long dx = (long) x - column;
      return dx * dx + (long) row[column] * row[column];
    }

    /** The last column where the parabola of the column to the left is not above the other. */
    private static long crossing(int[] row, int left, int right) {
      long rise = (long) row[right] * row[right] - (long) row[left] * row[left];
      long squares = (long) right * right - (long) left * left;
      return Math.floorDiv(squares + rise, 2L * (right - left));
    }
  }
}
