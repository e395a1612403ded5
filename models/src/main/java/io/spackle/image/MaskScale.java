package io.spackle.image;

/**
 * Resizing that never loses a repainted pixel: where an axis shrinks, a target pixel is repainted
 * if any source pixel that it covers, even in part, is; where an axis grows, it takes the source
 * pixel under its centre.
 */
final class MaskScale {

  private MaskScale() {}

  /** The mask in another size, levels 0 or 255; itself, grey edges included, in the same size. */
  static Mask resize(Mask mask, int width, int height) {
    if (mask.plane().isSized(width, height)) {
      return mask;
    }
    Span[] columns = spans(mask.width(), width);
    Span[] rows = spans(mask.height(), height);
    Plane out = mask.plane().blank(width, height);
    boolean[] hole = new boolean[mask.width()]; // columns with a repainted pixel in these rows
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < hole.length; x++) {
        hole[x] = anyInColumn(mask, x, rows[y]);
      }
      for (int x = 0; x < width; x++) {
        out.data()[y * width + x] = any(hole, columns[x]) ? (byte) 255 : 0;
      }
    }
    return Mask.of(out);
  }

  private static boolean anyInColumn(Mask mask, int x, Span rows) {
    for (int y = rows.first; y < rows.end; y++) {
      if (mask.repaints(x, y)) {
        return true;
      }
    }
    return false;
  }

  private static boolean any(boolean[] values, Span span) {
    for (int i = span.first; i < span.end; i++) {
      if (values[i]) {
        return true;
      }
    }
    return false;
  }

  private static Span[] spans(int from, int to) {
    Span[] spans = new Span[to];
    for (int i = 0; i < to; i++) {
      spans[i] = Span.of(i, from, to);
    }
    return spans;
  }

  /** The source pixels of one target pixel, along one axis; {@code end} is excluded. */
  private record Span(int first, int end) {

    static Span of(long target, int from, int to) {
      if (to > from) {
        int nearest = (int) ((2 * target + 1) * from / (2L * to));
        return new Span(nearest, nearest + 1);
      }
      return new Span((int) (target * from / to), (int) (((target + 1) * from + to - 1) / to));
    }
  }
}
