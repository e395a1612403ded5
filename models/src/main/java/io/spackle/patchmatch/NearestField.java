package io.spackle.patchmatch;

import java.util.Arrays;

/**
 * The nearest-neighbour field of one level: for each of some patches (the targets) the centre of a
 * similar patch that may be copied (its source).
 *
 * <p>Positions are indexes into the level's pixels. Patches are squares of {@code 2 * radius + 1}
 * pixels that lie inside the image; all pixels of a source are {@link Level#SOURCE}.
 */
final class NearestField {

  /** Patches are 7 x 7 pixels unless the image or its known parts are too small for them. */
  static final int MAX_RADIUS = 3;

  /** Targets per piece of work, fixed so that results do not depend on the threads. */
  static final int CHUNK = 1024;

  private static final int ROWS = 64;
  private static final int MAX_SAMPLES = 4096;

  private final Level level;
  private final int radius;
  private final float[] norms;
  private final int[] samples;
  private final int[] numbers;
  private final int[] targets;
  private final int[] sources;

  private NearestField(Level level, int radius, float[] norms, int[] numbers) {
    this.level = level;
    this.radius = radius;
    this.norms = norms;
    this.samples = samples(norms);
    this.numbers = numbers;
    this.targets = enumerate(numbers);
    this.sources = new int[targets.length];
    Arrays.fill(sources, -1);
  }

  /**
   * The field of all patches that overlap the hole, as large as the level has sources for; sources
   * are not chosen yet.
   *
   * @param level with at least one {@link Level#SOURCE} pixel
   */
  static NearestField overHole(Level level, Workers workers) {
    int radius = Math.min(MAX_RADIUS, (Math.min(level.width(), level.height()) - 1) / 2);
    float[] norms = norms(level, radius, workers);
    while (!hasSource(norms)) { // ends: patches of one pixel have a source
      radius--;
      norms = norms(level, radius, workers);
    }
    return new NearestField(level, radius, norms, markOverHole(level, radius));
  }

  /** The field whose targets are the sources of this one. */
  NearestField ofSources() {
    int[] marks = new int[norms.length];
    for (int at = 0; at < marks.length; at++) {
      marks[at] = norms[at] >= 0 ? 0 : -1;
    }
    return new NearestField(level, radius, norms, marks);
  }

  private static float[] norms(Level level, int radius, Workers workers) {
    float[] norms = new float[level.pixels().length];
    Arrays.fill(norms, -1);
    workers.ranges(
        level.height() - 2 * radius,
        ROWS,
        (from, to) -> {
          ColumnSums sums = new ColumnSums(level);
          for (int y = from; y < from + 2 * radius; y++) {
            sums.add(y, 1);
          }
          for (int y = from; y < to; y++) {
            sums.add(y + 2 * radius, 1);
            sums.writeNorms(norms, y + radius, radius);
            sums.add(y, -1);
          }
        });
    return norms;
  }

  private static boolean hasSource(float[] norms) {
    for (float norm : norms) {
      if (norm >= 0) {
        return true;
      }
    }
    return false;
  }

  private static int[] samples(float[] norms) {
    int count = 0;
    for (float norm : norms) {
      count += norm >= 0 ? 1 : 0;
    }
    int[] samples = new int[Math.min(count, MAX_SAMPLES)];
    int source = 0;
    int next = 0;
    for (int at = 0; at < norms.length && next < samples.length; at++) {
      if (norms[at] >= 0) {
        if ((long) source * samples.length >= (long) next * count) {
          samples[next++] = at;
        }
        source++;
      }
    }
    return samples;
  }

  /** 0 at the centres of patches that overlap the hole, -1 elsewhere. */
  private static int[] markOverHole(Level level, int radius) {
    int width = level.width();
    int height = level.height();
    int[] marks = new int[level.pixels().length];
    Arrays.fill(marks, -1);
    for (int at : level.holePixels()) {
      int x = at % width;
      int y = at / width;
      int left = Math.max(radius, x - radius);
      int right = Math.min(width - 1 - radius, x + radius);
      int bottom = Math.min(height - 1 - radius, y + radius);
      for (int row = Math.max(radius, y - radius); row <= bottom; row++) {
        Arrays.fill(marks, row * width + left, row * width + right + 1, 0);
      }
    }
    return marks;
  }

  /** Numbers the marked positions in ascending order. */
  private static int[] enumerate(int[] marks) {
    int count = 0;
    for (int at = 0; at < marks.length; at++) {
      marks[at] = marks[at] < 0 ? -1 : count++;
    }
    int[] positions = new int[count];
    for (int at = 0; at < marks.length; at++) {
      if (marks[at] >= 0) {
        positions[marks[at]] = at;
      }
    }
    return positions;
  }

  /** Takes the sources, where it has some, from the field of the level of half the size. */
  void upsample(NearestField coarse, Workers workers) {
    workers.ranges(
        targets.length,
        CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int source = coarse.doubledSource(targets[i], level);
            sources[i] = isSource(source) ? source : -1;
          }
        });
  }

  /** The source of a target at twice the size, by that of the target that covers it; or -1. */
  private int doubledSource(int target, Level doubled) {
    int x = target % doubled.width();
    int y = target / doubled.width();
    int number = numbers[y / 2 * level.width() + x / 2];
    if (number < 0 || sources[number] < 0) {
      return -1;
    }
    int sourceX = 2 * (sources[number] % level.width()) + x % 2;
    int sourceY = 2 * (sources[number] / level.width()) + y % 2;
    return Math.min(doubled.height() - 1, sourceY) * doubled.width()
        + Math.min(doubled.width() - 1, sourceX);
  }

  Level level() {
    return level;
  }

  /** The size of patches: their sides have {@code 2 * radius + 1} pixels. */
  int radius() {
    return radius;
  }

  /** The Euclidean norm of the patch around each position, -1 where that is no source. */
  float[] norms() {
    return norms;
  }

  /** Whether a position, which may lie outside the level, is the centre of a source. */
  boolean isSource(int position) {
    return position >= 0 && position < norms.length && norms[position] >= 0;
  }

  /** Up to 4,096 positions of sources, evenly spread. */
  int[] samples() {
    return samples;
  }

  /** The positions of the targets, ascending. */
  int[] targets() {
    return targets;
  }

  /** The index into targets and sources for each position, -1 where there is no target. */
  int[] numbers() {
    return numbers;
  }

  /** The position of each target's source, -1 for none yet; searches write here. */
  int[] sources() {
    return sources;
  }

  /** Sums over a sliding band of rows, per column. */
  private static final class ColumnSums {

    private final Level level;
    private final int[] squares;
    private final int[] unusable;

    ColumnSums(Level level) {
      this.level = level;
      this.squares = new int[level.width()];
      this.unusable = new int[level.width()];
    }

    void add(int y, int sign) {
      int row = y * level.width();
      for (int x = 0; x < squares.length; x++) {
        squares[x] += sign * Packed.square(level.pixels()[row + x]);
        unusable[x] += level.kinds()[row + x] == Level.SOURCE ? 0 : sign;
      }
    }

    void writeNorms(float[] norms, int y, int radius) {
      int row = y * level.width();
      int sum = 0;
      int bad = 0;
      for (int x = 0; x < squares.length; x++) {
        sum += squares[x];
        bad += unusable[x];
        if (x >= 2 * radius) {
          if (bad == 0) {
            norms[row + x - radius] = (float) Math.sqrt(sum);
          }
          sum -= squares[x - 2 * radius];
          bad -= unusable[x - 2 * radius];
        }
      }
    }
  }
}
