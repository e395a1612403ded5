package io.spackle.patchmatch;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The dominant offsets of one level: those between the many patches that look alike.
 *
 * <p>K. He, J. Sun, "Statistics of Patch Offsets for Image Completion" (2012): in the known part of
 * an image, the offset from each patch to the patch most like it, near ones aside, is found; the
 * peaks of a histogram of these offsets are the periods of fences, bricks and boards.
 *
 * @param xs columns to the right, the most frequent offset first
 * @param ys rows down
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays are the offsets; never compared
record Offsets(int[] xs, int[] ys) {

  private static final Offsets NONE = new Offsets(new int[0], new int[0]);

  private static final int MAX_OFFSETS = 40;
  private static final int SWEEPS = 4;

  /** Near patches are alike everywhere: those within this part of the longer side do not count. */
  private static final int NEAR_PART = 24;

  private static final int MIN_NEAR = 3;

  /** Patches by which an offset is moved to the pixel when it is enlarged. */
  private static final int ANCHORS = 256;

  private static final int MIN_ANCHORS = 20;

  /** How much patches of a regular image differ at an offset, as a share of any two patches. */
  private static final double MAX_IRREGULARITY = 0.06;

  /** The mean squared difference of a channel beyond which patches are merely different. */
  private static final int MAX_DIFFERENCE = 40 * 40;

  int size() {
    return xs.length;
  }

  /** The position at an offset from another, -1 if that is outside the level. */
  int from(int position, int index, Level level) {
    int x = position % level.width() + xs[index];
    int y = position / level.width() + ys[index];
    return x < 0 || y < 0 || x >= level.width() || y >= level.height() ? -1 : y * level.width() + x;
  }

  /** The dominant offsets between the sources of a field. */
  static Offsets of(NearestField field, long seed, Workers workers) {
    Level level = field.level();
    NearestField known = field.ofSources();
    int near = Math.max(MIN_NEAR, Math.max(level.width(), level.height()) / NEAR_PART);
    PatchSearch search = new PatchSearch(known, NONE, near, seed, workers);
    for (int i = 0; i < SWEEPS; i++) {
      search.sweep(0);
    }
    return new Histogram(known, near).peaks();
  }

  /** These offsets at twice the size, each moved by up to a pixel to where patches agree best. */
  Offsets doubled(NearestField field, Workers workers) {
    int side = 2 * field.radius() + 1;
    int limit = MAX_DIFFERENCE * 3 * side * side;
    Offsets doubled = new Offsets(new int[size()], new int[size()]);
    workers.each(
        size(),
        k -> {
          long best = Long.MAX_VALUE;
          for (int shift = 0; shift < 9; shift++) {
            int dx = 2 * xs[k] + shift % 3 - 1;
            int dy = 2 * ys[k] + shift / 3 - 1;
            long difference = difference(field, dx, dy, limit);
            if (difference < best) {
              best = difference;
              doubled.xs[k] = dx;
              doubled.ys[k] = dy;
            }
          }
        });
    return doubled;
  }

  /**
   * Whether the image repeats itself: patches that are one of the offsets apart differ far less
   * than any two patches do.
   */
  boolean areRegular(NearestField field, long seed) {
    long least = Long.MAX_VALUE;
    for (int k = 0; k < size(); k++) {
      least = Math.min(least, difference(field, xs[k], ys[k], Integer.MAX_VALUE));
    }
    return least < MAX_IRREGULARITY * randomDifference(field, seed);
  }

  /** The mean difference of patches an offset apart, none beyond a limit; huge for few patches. */
  private static long difference(NearestField field, int dx, int dy, int limit) {
    Offsets offset = new Offsets(new int[] {dx}, new int[] {dy});
    TargetPatch patch = new TargetPatch(field, 0);
    int[] samples = field.samples();
    long sum = 0;
    int count = 0;
    for (int i = 0; i < samples.length; i += Math.max(1, samples.length / ANCHORS)) {
      int other = offset.from(samples[i], 0, field.level());
      if (field.isSource(other)) {
        patch.load(samples[i], other);
        sum += Math.min(limit, patch.cost());
        count++;
      }
    }
    return count < MIN_ANCHORS ? Long.MAX_VALUE - 1 : sum / count;
  }

  private static long randomDifference(NearestField field, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TargetPatch patch = new TargetPatch(field, 0);
    int[] samples = field.samples();
    long sum = 0;
    for (int i = 0; i < ANCHORS; i++) {
      patch.load(samples[random.nextInt(samples.length)], samples[random.nextInt(samples.length)]);
      sum += patch.cost();
    }
    return sum / ANCHORS;
  }

  /** How often each offset occurs, smoothed; offsets and their opposites count alike. */
  private static final class Histogram {

    private static final int MARGIN = 2;

    /** The smoothed count of an offset that two or three patches have. */
    private static final int MIN_COUNT = 16;

    private final int width;
    private final int height;
    private final int columns;
    private final int[] counts;

    Histogram(NearestField field, int near) {
      width = field.level().width();
      height = field.level().height();
      columns = 2 * (width + MARGIN) + 1;
      counts = new int[columns * (2 * (height + MARGIN) + 1)];
      for (int i = 0; i < field.sources().length; i++) {
        int dx = field.sources()[i] % width - field.targets()[i] % width;
        int dy = field.sources()[i] / width - field.targets()[i] / width;
        if (Math.abs(dx) >= near || Math.abs(dy) >= near) {
          add(dx, dy);
          add(-dx, -dy);
        }
      }
    }

    /** Counts an offset with the neighbouring ones, for periods are seldom whole pixels. */
    private void add(int dx, int dy) {
      int centre = (dy + height + MARGIN) * columns + dx + width + MARGIN;
      for (int y = -1; y <= 1; y++) {
        for (int x = -1; x <= 1; x++) {
          counts[centre + y * columns + x] += (2 - Math.abs(x)) * (2 - Math.abs(y));
        }
      }
    }

    Offsets peaks() {
      int[] xs = new int[MAX_OFFSETS];
      int[] ys = new int[MAX_OFFSETS];
      for (int size = 0; size < MAX_OFFSETS; size++) {
        int peak = highest();
        if (counts[peak] < MIN_COUNT) {
          return new Offsets(Arrays.copyOf(xs, size), Arrays.copyOf(ys, size));
        }
        xs[size] = peak % columns - width - MARGIN;
        ys[size] = peak / columns - height - MARGIN;
        clearAround(peak);
      }
      return new Offsets(xs, ys);
    }

    private int highest() {
      int highest = 0;
      for (int i = 1; i < counts.length; i++) {
        highest = counts[i] > counts[highest] ? i : highest;
      }
      return highest;
    }

    private void clearAround(int peak) {
      for (int y = -MARGIN; y <= MARGIN; y++) {
        for (int x = -MARGIN; x <= MARGIN; x++) {
          int at = peak + y * columns + x;
          if (at >= 0 && at < counts.length) {
            counts[at] = 0;
          }
        }
      }
    }
  }
}
