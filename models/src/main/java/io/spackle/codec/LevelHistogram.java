package io.spackle.codec;

import io.spackle.image.Mask;
import io.spackle.image.Otsu;

/** The number of pixels of each of the 256 levels of an image. */
final class LevelHistogram {

  static final int LEVELS = 256;

  private final int[] counts = new int[LEVELS];
  private final int pixels;

  private LevelHistogram(int pixels) {
    this.pixels = pixels;
  }

  static LevelHistogram of(Mask mask) {
    LevelHistogram histogram = new LevelHistogram(mask.levels().length);
    for (byte level : mask.levels()) {
      histogram.counts[level & 0xFF]++;
    }
    return histogram;
  }

  /** The darkest level of any pixel. */
  int lowest() {
    int level = 0;
    while (counts[level] == 0) {
      level++;
    }
    return level;
  }

  /** The brightest level of any pixel. */
  int highest() {
    int level = LEVELS - 1;
    while (counts[level] == 0) {
      level--;
    }
    return level;
  }

  /** The number of levels that occur. */
  int distinct() {
    int distinct = 0;
    for (int count : counts) {
      distinct += count > 0 ? 1 : 0;
    }
    return distinct;
  }

  /** The lowest level above another one that occurs; 256 if none does. */
  int nextAbove(int level) {
    int next = level + 1;
    while (next < LEVELS && counts[next] == 0) {
      next++;
    }
    return next;
  }

  /** The share of the pixels in a range of levels, 0 to 1; levels beyond 0 and 255 are none. */
  double share(int from, int to) {
    long sum = 0;
    for (int level = Math.max(0, from); level <= Math.min(LEVELS - 1, to); level++) {
      sum += counts[level];
    }
    return (double) sum / pixels;
  }

  /** The most frequent level of the dark and of the bright pixels, which {@link Otsu} separates. */
  Peaks peaks() {
    int split = Otsu.split(counts);
    return new Peaks(mode(0, split), mode(split + 1, LEVELS - 1));
  }

  /**
   * The dark and the bright peak of a histogram.
   *
   * @param low below {@code high}
   */
  record Peaks(int low, int high) {

    int span() {
      return high - low;
    }

    int middle() {
      return (low + high) / 2;
    }
  }

  private int mode(int from, int to) {
    int mode = from;
    for (int level = from; level <= to; level++) {
      if (counts[level] > counts[mode]) {
        mode = level;
      }
    }
    return mode;
  }
}
