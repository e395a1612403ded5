package io.spackle.quality;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;

/**
 * How much the step across the edge of a mask stands out from its neighbourhood.
 *
 * <p>At each pair of neighbours of which one is kept and one is masked, the step from the kept to
 * the masked pixel is compared with the mean of the steps before and after it: this <em>excess</em>
 * is 0 on a plain and on a slope. Excesses are added up with their signs over tiles as wide as the
 * ring of {@link Zones}, so that texture and noise cancel each other out, and what all pairs of an
 * edge have in common stays. The same is computed a few pixels inside and outside, where there is
 * no edge. Of both, the absolute sums are averaged over tiles and channels, in levels of 8 bits:
 *
 * <pre>seam = (across + 1) / (around + 1)</pre>
 *
 * The added level keeps noise of single levels from counting. About 1: no seam; 5: a step five
 * times as high as the unevenness of its surroundings.
 */
final class Seam {

  /** Pixels on either side of an edge that can be looked at. */
  private static final int DEPTH = 4;

  private final byte[] pixels;
  private final Mask mask;
  private final int tile;
  private final int tilesInRow;
  private final Sums across;
  private final Sums around;

  private Seam(RgbImage image, Mask mask) {
    this.pixels = image.pixels();
    this.mask = mask;
    this.tile = Zones.ringWidth(mask);
    this.tilesInRow = mask.width() / tile + 1;
    int tiles = tilesInRow * (mask.height() / tile + 1);
    this.across = new Sums(tiles);
    this.around = new Sums(tiles);
  }

  /** Sums of excesses by tile and channel. */
  private static final class Sums {
    private final int[] sums;
    private long count;

    Sums(int tiles) {
      sums = new int[RgbImage.CHANNELS * tiles];
    }

    void add(int tile, byte[] pixels, int at, int step) {
      for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
        sums[RgbImage.CHANNELS * tile + channel] += doubledExcess(pixels, at + channel, step);
      }
      count++;
    }

    /** The step in the middle of four pixels, less the mean of the other two; times two. */
    private static int doubledExcess(byte[] pixels, int at, int step) {
      int first = pixels[at] & 0xFF;
      int before = pixels[at + step] & 0xFF;
      int after = pixels[at + 2 * step] & 0xFF;
      int last = pixels[at + 3 * step] & 0xFF;
      return 3 * (after - before) - (last - first);
    }

    /** The mean of the absolute sums per pair and channel, in levels; 0 without pairs. */
    double mean() {
      long sum = 0;
      for (int one : sums) {
        sum += Math.abs(one);
      }
      return count == 0 ? 0 : sum / (2.0 * RgbImage.CHANNELS * count);
    }
  }

  /**
   * The seam of an image.
   *
   * @param mask of the image's size
   * @param zones of the mask
   * @return above 0; null if no edge of the mask has two pixels on both of its sides
   */
  static Double of(RgbImage image, Mask mask, Zones zones) {
    Seam seam = new Seam(image, mask);
    for (int y = 0; y < zones.height(); y++) {
      seam.addRow(zones, y);
    }
    return seam.across.count == 0 ? null : (seam.across.mean() + 1) / (seam.around.mean() + 1);
  }

  /** Adds the pairs of a row, and those of it and the next row. */
  private void addRow(Zones zones, int row) {
    byte[] zone = zones.zones();
    int width = zones.width();
    int from = row * width;
    int below = row + 1 < zones.height() ? width : 0; // the last row is compared with itself
    int y = zones.top() + row;
    for (int column = 0; column < width; column++) {
      boolean masked = zone[from + column] == Zones.INSIDE;
      if (column + 1 < width && (zone[from + column + 1] == Zones.INSIDE) != masked) {
        add(zones.left() + (masked ? column + 1 : column), y, masked ? -1 : 1, 0);
      }
      if ((zone[from + column + below] == Zones.INSIDE) != masked) {
        add(zones.left() + column, masked ? y + 1 : y, 0, masked ? -1 : 1);
      }
    }
  }

  /** Adds the pair of a kept pixel and its masked neighbour in a direction. */
  private void add(int x, int y, int dx, int dy) {
    int kept = run(x, y, -dx, -dy);
    int masked = run(x + dx, y + dy, dx, dy);
    int tileOf = y / tile * tilesInRow + x / tile;
    int step = RgbImage.CHANNELS * (dy * mask.width() + dx);
    int at = RgbImage.CHANNELS * (y * mask.width() + x);
    if (kept >= 2 && masked >= 2) {
      across.add(tileOf, pixels, at - step, step);
    }
    if (kept == DEPTH) {
      around.add(tileOf, pixels, at - 3 * step, step);
    }
    if (masked == DEPTH) {
      around.add(tileOf, pixels, at + step, step);
    }
  }

  /** The number of pixels in a direction that are masked like the first, at most the depth. */
  private int run(int x, int y, int dx, int dy) {
    boolean first = mask.isMasked(x, y);
    int length = 1;
    while (length < DEPTH && isLike(first, x + length * dx, y + length * dy)) {
      length++;
    }
    return length;
  }

  private boolean isLike(boolean masked, int x, int y) {
    return x >= 0
        && y >= 0
        && x < mask.width()
        && y < mask.height()
        && mask.isMasked(x, y) == masked;
  }
}
