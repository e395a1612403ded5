package io.spackle.image;

/**
 * The exact distance of every pixel to the nearest pixel of a selection, computed in time linear in
 * the number of pixels.
 *
 * <p>Algorithm: A. Meijster, J. Roerdink, W. Hesselink, "A general algorithm for computing distance
 * transforms in linear time" (2000): distances within each column first, then the lower envelope of
 * one parabola per column along each row.
 */
final class DistanceField {

  /** Larger than any distance; the sum of two squares still fits into a long. */
  private static final int FAR = 1 << 24;

  /** The levels of the selected pixels. */
  interface Selection {
    boolean contains(byte level);
  }

  private final int[] squared;

  private DistanceField(int[] squared) {
    this.squared = squared;
  }

  /** The distances to the pixels of a mask whose levels are selected. */
  static DistanceField to(Mask mask, Selection selection) {
    int[] vertical = columns(mask, selection);
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
   * The squared distance between centres, 0 for a selected pixel.
   *
   * @return {@link Integer#MAX_VALUE} if no pixel is selected
   */
  int squared(int index) {
    return squared[index];
  }

  /** For each pixel the distance to the nearest selected one in the same column. */
  private static int[] columns(Mask mask, Selection selection) {
    int width = mask.width();
    byte[] levels = mask.levels();
    int[] distance = new int[levels.length];
    for (int i = 0; i < levels.length; i++) {
      int above = i < width ? FAR : distance[i - width];
      distance[i] = selection.contains(levels[i]) ? 0 : Math.min(FAR, above + 1);
    }
    for (int i = levels.length - width - 1; i >= 0; i--) {
      distance[i] = Math.min(distance[i], distance[i + width] + 1);
    }
    return distance;
  }

  /** The second phase: the lower envelope of one row's parabolas. */
  private static final class Envelope {

    private final int[] apex; // columns whose parabola is part of the envelope
    private final int[] start; // the first column where each is the lowest

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
