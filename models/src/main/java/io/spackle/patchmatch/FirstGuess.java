package io.spackle.patchmatch;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The first estimate at the coarsest level: the hole is filled ring by ring from its edge inwards,
 * each pixel with the centre of the known patch that agrees best with what is known around it.
 *
 * <p>In a regular image, patches at dominant offsets are much preferred, so that structures
 * continue in step. The pixels of a ring do not depend on each other.
 */
final class FirstGuess {

  /** How many times better another patch must be, in a regular image, than one at an offset. */
  private static final int OFFSET_ADVANTAGE = 10;

  /** Pixels per piece of work. */
  private static final int CHUNK = 64;

  /** The most comparisons of a pixel of the hole with a sample; beyond it, samples are left out. */
  private static final int MAX_COMPARISONS = 1 << 24;

  private final NearestField field;
  private final Level level;
  private final Offsets offsets;
  private final Workers workers;
  private final boolean[] known;
  private final int[] chosen; // source of each pixel that has been filled
  private final int stride; // of the samples that are compared
  private final int phase;
  private final int advantage;

  FirstGuess(NearestField field, Offsets offsets, long seed, Workers workers) {
    this.field = field;
    this.level = field.level();
    this.offsets = offsets;
    this.workers = workers;
    this.known = new boolean[level.pixels().length];
    for (int at = 0; at < known.length; at++) {
      known[at] = Level.isKnown(level.kinds()[at]);
    }
    this.chosen = new int[known.length];
    long comparisons = (long) level.count(Level.HOLE) * field.samples().length;
    this.stride = (int) Math.min(field.samples().length, 2 + comparisons / MAX_COMPARISONS);
    this.phase = new SplittableRandom(seed).nextInt(stride);
    this.advantage = offsets.areRegular(field, seed) ? OFFSET_ADVANTAGE : 1;
  }

  /** Sets the colours of the hole and the sources of all targets. */
  void fill() {
    int[] unknown = level.holePixels();
    while (unknown.length > 0) {
      int[] ring = ring(unknown);
      workers.ranges(ring.length, CHUNK, (from, to) -> new Matcher().fill(ring, from, to));
      for (int position : ring) {
        known[position] = true;
      }
      unknown = Arrays.stream(unknown).filter(position -> !known[position]).toArray();
    }
    workers.ranges(field.targets().length, CHUNK, this::chooseSources);
  }

  /** The unknown pixels beside a known one; all of them where nothing is known. */
  private int[] ring(int[] unknown) {
    int[] ring = Arrays.stream(unknown).filter(this::hasKnownNeighbour).toArray();
    return ring.length > 0 ? ring : unknown;
  }

  private boolean hasKnownNeighbour(int at) {
    int width = level.width();
    int x = at % width;
    return x > 0 && known[at - 1]
        || x < width - 1 && known[at + 1]
        || at >= width && known[at - width]
        || at < known.length - width && known[at + width];
  }

  private void chooseSources(int from, int to) {
    Matcher matcher = new Matcher();
    for (int i = from; i < to; i++) {
      int position = field.targets()[i];
      int source = level.kinds()[position] == Level.HOLE ? chosen[position] : -1;
      field.sources()[i] = source >= 0 ? source : matcher.bestSource(position);
    }
  }

  /** The comparison of the known part of a patch with sources; one per piece of work. */
  private final class Matcher {

    private final int[] around = new int[(2 * field.radius() + 1) * (2 * field.radius() + 1)];
    private final long[] colours = new long[around.length]; // reversed
    private int count;
    private final int[] squares = new int[around.length]; // of the levels of these colours
    private int best;
    private long bestCost;

    void fill(int[] ring, int from, int to) {
      for (int i = from; i < to; i++) {
        int source = bestSource(ring[i]);
        chosen[ring[i]] = source;
        level.pixels()[ring[i]] = level.pixels()[source];
      }
    }

    int bestSource(int position) {
      gather(position);
      best = field.samples()[0];
      bestCost = Long.MAX_VALUE;
      for (int k = 0; k < offsets.size(); k++) {
        offer(offsets.from(position, k, level));
      }
      bestCost = bestCost == Long.MAX_VALUE ? bestCost : bestCost / advantage;
      for (int i = phase; i < field.samples().length; i += stride) {
        offer(field.samples()[i]);
      }
      for (int step : new int[] {-1, 1, -level.width(), level.width()}) {
        int neighbour = position + step;
        if (neighbour >= 0
            && neighbour < known.length
            && known[neighbour]
            && level.kinds()[neighbour] == Level.HOLE) {
          offer(chosen[neighbour] - step);
        }
      }
      return best;
    }

    /** Collects the known pixels of the patch around a position. */
    private void gather(int position) {
      int width = level.width();
      int radius = field.radius();
      int x = position % width;
      int y = position / width;
      int right = Math.min(radius, width - 1 - x);
      int bottom = Math.min(radius, level.height() - 1 - y);
      count = 0;
      for (int dy = Math.max(-radius, -y); dy <= bottom; dy++) {
        for (int dx = Math.max(-radius, -x); dx <= right; dx++) {
          int offset = dy * width + dx;
          if (known[position + offset]) {
            long colour = level.pixels()[position + offset];
            around[count] = offset;
            squares[count] = Packed.square(colour);
            colours[count++] = Packed.reversed(colour);
          }
        }
      }
    }

    private void offer(int candidate) {
      if (field.isSource(candidate)) {
        long cost = difference(candidate);
        if (cost < bestCost) {
          bestCost = cost;
          best = candidate;
        }
      }
    }

    /** The sum of squared differences; no smaller than the best so far if it is not better. */
    private long difference(int candidate) {
      long difference = 0;
      for (int k = 0; k < count && difference < bestCost; k++) {
        long colour = level.pixels()[candidate + around[k]];
        int scalar = Packed.scalar(colour * colours[k]);
        difference += squares[k] + Packed.square(colour) - 2 * scalar;
      }
      return difference;
    }
  }
}
