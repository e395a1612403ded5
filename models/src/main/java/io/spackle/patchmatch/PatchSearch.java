package io.spackle.patchmatch;

import java.util.SplittableRandom;

/**
 * The search for better sources: C. Barnes, E. Shechtman, A. Finkelstein, D. Goldman, "PatchMatch:
 * A Randomized Correspondence Algorithm for Structural Image Editing" (2009).
 *
 * <p>A sweep visits the targets in scan order, or backwards, and offers each one the sources beside
 * those of its neighbours, sources at dominant offsets and random ones in ever smaller windows
 * around the best. Targets are cut into chunks of a fixed size; a chunk reads the sources that the
 * others had before the sweep, so chunks may run in any order and on any thread.
 */
final class PatchSearch {

  private final NearestField field;
  private final Offsets offsets;
  private final int minOffset;
  private final long seed;
  private final Workers workers;
  private int sweeps;

  /**
   * @param minOffset sources nearer than this to a target, both across and down, are never taken
   */
  PatchSearch(NearestField field, Offsets offsets, int minOffset, long seed, Workers workers) {
    this.field = field;
    this.offsets = offsets;
    this.minOffset = minOffset;
    this.seed = seed;
    this.workers = workers;
  }

  /**
   * Improves all sources once, in the other direction each time.
   *
   * @param offsetTrials how many dominant offsets to try per target
   */
  void sweep(int offsetTrials) {
    int number = sweeps++;
    int[] before = field.sources().clone();
    workers.ranges(
        before.length,
        NearestField.CHUNK,
        (from, to) ->
            new Chunk(from, to, before, offsetTrials, seed + number).run(number % 2 == 0));
  }

  /** The targets of one piece of work. */
  private final class Chunk {

    private final int from;
    private final int to;
    private final int[] before;
    private final int offsetTrials;
    private final SplittableRandom random;
    private final TargetPatch patch = new TargetPatch(field, minOffset);
    private final int width = field.level().width();
    private final int height = field.level().height();
    private final int[] sources = field.sources();
    private final int[] neighbouring = new int[4];

    Chunk(int from, int to, int[] before, int offsetTrials, long seed) {
      this.from = from;
      this.to = to;
      this.before = before;
      this.offsetTrials = Math.min(offsetTrials, offsets.size());
      this.random = new SplittableRandom(seed ^ (long) from << Integer.SIZE);
    }

    void run(boolean forwards) {
      for (int i = from; i < to; i++) {
        int target = forwards ? i : from + to - 1 - i;
        int position = field.targets()[target];
        neighbouring[0] = continued(position, -1);
        neighbouring[1] = continued(position, 1);
        neighbouring[2] = continued(position, -width);
        neighbouring[3] = continued(position, width);
        patch.load(position, sources[target] < 0 ? anySource() : sources[target], neighbouring);
        offerOffsets(position);
        offerRandom();
        sources[target] = patch.source();
      }
    }

    /** What continues the source of the target one step away, -1 without such a target. */
    private int continued(int position, int step) {
      int neighbour = position + step;
      int[] numbers = field.numbers();
      if (neighbour < 0 || neighbour >= numbers.length || numbers[neighbour] < 0) {
        return -1;
      }
      int number = numbers[neighbour];
      int source = number >= from && number < to ? sources[number] : before[number];
      return source < 0 ? -1 : source - step;
    }

    private int anySource() {
      return field.samples()[random.nextInt(field.samples().length)];
    }

    private void offerOffsets(int position) {
      int first = offsetTrials < offsets.size() ? random.nextInt(offsets.size()) : 0;
      for (int k = 0; k < offsetTrials; k++) {
        patch.offer(offsets.from(position, (first + k) % offsets.size(), field.level()));
      }
    }

    private void offerRandom() {
      for (int reach = Math.max(width, height); reach >= 1; reach /= 2) {
        int x = patch.source() % width;
        int y = patch.source() / width;
        int column = random.nextInt(Math.max(0, x - reach), Math.min(width, x + reach + 1));
        int row = random.nextInt(Math.max(0, y - reach), Math.min(height, y + reach + 1));
        patch.offer(row * width + column);
      }
    }
  }
}
