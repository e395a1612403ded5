package io.spackle.patchmatch;

/**
 * The patch that sources are compared with, and the best source so far.
 *
 * <p>The sum of squared differences of two patches is the sum of their squared norms less twice
 * their scalar product. The norms of all sources are known, so a source whose norm alone differs
 * too much is rejected without a look at its pixels.
 */
final class TargetPatch {

  private static final int SIDE = 2 * NearestField.MAX_RADIUS + 1;

  /** A source costs a sixth less for each of the four neighbours that continue it. */
  private static final int CONTINUITY = 6;

  private final long[] pixels;
  private final float[] norms;
  private final int width;
  private final int radius;
  private final int minOffset;
  private final long[] patch = new long[SIDE * SIDE]; // reversed colours
  private int position;
  private int square;
  private float norm;
  private int[] continued = {};
  private int source;
  private int cost;

  /**
   * @param minOffset sources nearer than this to a target, both across and down, are rejected
   */
  TargetPatch(NearestField field, int minOffset) {
    this.pixels = field.level().pixels();
    this.norms = field.norms();
    this.width = field.level().width();
    this.radius = field.radius();
    this.minOffset = minOffset;
  }

  /**
   * Takes the patch around a position as it is now.
   *
   * @param firstSource a source to start with
   * @param neighbouring the candidates that continue the sources of neighbouring targets: offered
   *     as well, and preferred, for coherent pieces of the image stay sharp
   */
  void load(int position, int firstSource, int... neighbouring) {
    this.position = position;
    int side = 2 * radius + 1;
    int next = 0;
    square = 0;
    for (int y = 0, row = corner(position); y < side; y++, row += width) {
      for (int x = 0; x < side; x++) {
        long colour = pixels[row + x];
        patch[next] = Packed.reversed(colour);
        square += Packed.scalar(colour * patch[next++]);
      }
    }
    norm = (float) Math.sqrt(square);
    continued = neighbouring;
    source = firstSource;
    cost = costOf(firstSource);
    for (int candidate : neighbouring) {
      offer(candidate);
    }
  }

  /** Takes a candidate, which may lie outside the image or be no source, if it is better. */
  void offer(int candidate) {
    if (candidate < 0 || candidate >= norms.length || candidate == source) {
      return;
    }
    float apart = norms[candidate] - norm;
    if (norms[candidate] < 0 || apart * apart >= 3f * cost) { // continuity leaves a third at least
      return;
    }
    int candidateCost = costOf(candidate);
    if (candidateCost < cost) {
      cost = candidateCost;
      source = candidate;
    }
  }

  int source() {
    return source;
  }

  /** The sum of squared differences to the source, less what its continuity is worth. */
  int cost() {
    return cost;
  }

  private int costOf(int candidate) {
    if (minOffset > 0 && isNear(candidate)) {
      return Integer.MAX_VALUE;
    }
    int corner = corner(candidate);
    int scalar = radius == NearestField.MAX_RADIUS ? fullScalar(corner) : smallScalar(corner);
    int other = Math.round(norms[candidate] * norms[candidate]);
    int difference = Math.max(0, square + other - 2 * scalar);
    int continuity = 0;
    for (int each : continued) {
      continuity += each == candidate ? 1 : 0;
    }
    return difference - difference / CONTINUITY * continuity;
  }

  private boolean isNear(int candidate) {
    return Math.abs(candidate % width - position % width) < minOffset
        && Math.abs(candidate / width - position / width) < minOffset;
  }

  private int corner(int centre) {
    return centre - radius * (width + 1);
  }

  /** The scalar product for the usual size, with a constant inner loop that gets unrolled. */
  private int fullScalar(int corner) {
    int sum = 0;
    for (int y = 0, row = corner, at = 0; y < SIDE; y++, row += width, at += SIDE) {
      long products = 0;
      for (int x = 0; x < SIDE; x++) {
        products += patch[at + x] * pixels[row + x];
      }
      sum += Packed.scalar(products);
    }
    return sum;
  }

  private int smallScalar(int corner) {
    int side = 2 * radius + 1;
    int sum = 0;
    for (int y = 0, row = corner, at = 0; y < side; y++, row += width) {
      for (int x = 0; x < side; x++) {
        sum += Packed.scalar(patch[at++] * pixels[row + x]);
      }
    }
    return sum;
  }
}
