package io.spackle.patchmatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One level of the image pyramid: colours, and what each pixel is good for.
 *
 * @param pixels {@code width * height} colours as {@link Packed} has them, rows from top to bottom;
 *     those of {@link #HOLE} pixels are the current estimate
 * @param kinds one of {@link #SOURCE}, {@link #EXCLUDED}, {@link #VOID}, {@link #HOLE} per pixel
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays are the level; levels are never compared
record Level(int width, int height, long[] pixels, byte[] kinds) {

  /** A known pixel that may be copied. */
  static final byte SOURCE = 0;

  /** A known pixel that must match but is never copied. */
  static final byte EXCLUDED = 1;

  /** A pixel without a colour that need not be filled: a transparent one. */
  static final byte VOID = 2;

  /** A pixel to fill. */
  static final byte HOLE = 3;

  /**
   * The largest area of the coarsest level, in pixels: fine enough to show the periods of textures,
   * coarse enough to compare a patch with all others.
   */
  private static final int COARSEST_AREA = 40_000;

  /** The shortest side of a level, unless the image is smaller: two patches. */
  private static final int MIN_SIDE = 4 * NearestField.MAX_RADIUS + 2;

  /** Rows per piece of work. */
  private static final int ROWS = 32;

  /** Weights of four neighbouring pixels: a binomial filter, which aliases less than a box. */
  private static final int[] BINOMIAL = {1, 3, 3, 1};

  /** A level whose void pixels are part of the hole where patches over the hole reach them. */
  static Level of(int width, int height, long[] pixels, byte[] kinds) {
    byte[] spread = kinds.clone();
    if (count(kinds, VOID) > 0) {
      for (int at = 0; at < kinds.length; at++) {
        if (kinds[at] == HOLE) {
          spreadHole(spread, width, at % width, at / width);
        }
      }
    }
    return new Level(width, height, pixels, spread);
  }

  private static void spreadHole(byte[] kinds, int width, int x, int y) {
    int reach = 2 * NearestField.MAX_RADIUS;
    int right = Math.min(width - 1, x + reach);
    int bottom = Math.min(kinds.length / width - 1, y + reach);
    for (int row = Math.max(0, y - reach); row <= bottom; row++) {
      for (int at = row * width + Math.max(0, x - reach); at <= row * width + right; at++) {
        kinds[at] = kinds[at] == VOID ? HOLE : kinds[at];
      }
    }
  }

  /** The level itself and ever smaller ones, each of half the size. */
  List<Level> pyramid(Workers workers) {
    List<Level> levels = new ArrayList<>(List.of(this));
    Level last = this;
    while (last.pixels.length > COARSEST_AREA && Math.min(last.width, last.height) > 2 * MIN_SIDE) {
      last = last.halved(workers);
      levels.add(last);
    }
    return levels;
  }

  /**
   * The level of half the size. A pixel is known where any of the four that it covers is; its
   * colour is a mean of known ones only, so nothing of the hole leaks out.
   */
  private Level halved(Workers workers) {
    int halfWidth = (width + 1) / 2;
    int halfHeight = (height + 1) / 2;
    long[] colours = new long[halfWidth * halfHeight];
    byte[] halfKinds = new byte[colours.length];
    workers.ranges(
        colours.length,
        ROWS * halfWidth,
        (from, to) -> {
          for (int at = from; at < to; at++) {
            int x = 2 * (at % halfWidth);
            int y = 2 * (at / halfWidth);
            halfKinds[at] = halvedKind(x, y);
            colours[at] = isKnown(halfKinds[at]) ? halvedColour(x, y) : 0;
          }
        });
    return of(halfWidth, halfHeight, colours, halfKinds);
  }

  private byte halvedKind(int x, int y) {
    int right = x + 1 < width ? 1 : 0;
    int below = y + 1 < height ? width : 0;
    int at = y * width + x;
    byte[] covered = {kinds[at], kinds[at + right], kinds[at + below], kinds[at + right + below]};
    Arrays.sort(covered);
    if (!isKnown(covered[0])) {
      return covered[3]; // a hole if any of the four is one
    }
    for (byte kind : covered) {
      if (kind == EXCLUDED) {
        return EXCLUDED;
      }
    }
    return SOURCE;
  }

  private long halvedColour(int x, int y) {
    long sum = 0;
    int weight = 0;
    for (int dy = Math.max(-1, -y); dy <= Math.min(2, height - 1 - y); dy++) {
      for (int dx = Math.max(-1, -x); dx <= Math.min(2, width - 1 - x); dx++) {
        int at = (y + dy) * width + x + dx;
        if (isKnown(kinds[at])) {
          int share = BINOMIAL[dy + 1] * BINOMIAL[dx + 1];
          sum += share * pixels[at];
          weight += share;
        }
      }
    }
    return Packed.mean(sum, weight);
  }

  /** Sets the colours of the hole to those of the level of half the size. */
  void enlarge(Level half, Workers workers) {
    workers.ranges(
        pixels.length,
        ROWS * width,
        (from, to) -> {
          for (int at = from; at < to; at++) {
            if (kinds[at] == HOLE) {
              pixels[at] = half.pixels[at / width / 2 * half.width + at % width / 2];
            }
          }
        });
  }

  /** The positions of the pixels to fill, ascending. */
  int[] holePixels() {
    int[] positions = new int[count(HOLE)];
    int next = 0;
    for (int at = 0; at < kinds.length; at++) {
      if (kinds[at] == HOLE) {
        positions[next++] = at;
      }
    }
    return positions;
  }

  /** How many pixels are of a kind. */
  int count(byte kind) {
    return count(kinds, kind);
  }

  private static int count(byte[] kinds, byte kind) {
    int count = 0;
    for (byte each : kinds) {
      count += each == kind ? 1 : 0;
    }
    return count;
  }

  /** Whether pixels of a kind have a colour from the start. */
  static boolean isKnown(byte kind) {
    return kind <= EXCLUDED;
  }
}
