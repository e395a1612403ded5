package io.spackle.patchmatch;

/**
 * The estimate of the hole's colours from the sources of all patches over each pixel: Y. Wexler, E.
 * Shechtman, M. Irani, "Space-Time Completion of Video" (2007).
 *
 * <p>Patches near the hole's edge weigh more, so what is known grows inwards. Their similarity is
 * no weight: it would favour the smooth parts of an image, where any two patches are similar.
 */
final class Voting {

  /** The highest weight of a patch: times the kernels' sum, it fits a {@link Packed} sum. */
  private static final int MAX_WEIGHT = 32;

  private static final int KERNEL_SUM = 256;

  /** How much weight a patch loses per pixel away from the edge. */
  private static final double DECAY = 1.5;

  private final NearestField field;
  private final Level level;
  private final Workers workers;
  private final int[] hole; // positions
  private final byte[] weights; // per position

  Voting(NearestField field, Workers workers) {
    this.field = field;
    this.level = field.level();
    this.workers = workers;
    this.hole = level.holePixels();
    this.weights = weights();
  }

  /**
   * Sets each pixel of the hole to the weighted mean of what the patches over it copy there; it
   * stays as it is where none of them has a source yet.
   *
   * @param spread the standard deviation, in pixels, of the weights around a patch's centre: small
   *     values copy almost only the pixel at the centre, which is sharp, large ones agree better
   */
  void vote(double spread) {
    int[] kernel = kernel(spread);
    workers.ranges(
        hole.length,
        NearestField.CHUNK,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            level.pixels()[hole[i]] = colour(hole[i], kernel);
          }
        });
  }

  private long colour(int position, int[] kernel) {
    int width = level.width();
    int radius = field.radius();
    int x = position % width;
    int y = position / width;
    int left = Math.max(-radius, -x);
    int right = Math.min(radius, width - 1 - x);
    int bottom = Math.min(radius, level.height() - 1 - y);
    long sum = 0;
    int total = 0;
    for (int dy = Math.max(-radius, -y); dy <= bottom; dy++) {
      int kernelRow = (dy + radius) * (2 * radius + 1) + radius;
      for (int dx = left; dx <= right; dx++) {
        int step = dy * width + dx;
        int number = field.numbers()[position + step];
        int source = number < 0 ? -1 : field.sources()[number];
        if (source >= 0) {
          int weight = weights[position + step] * kernel[kernelRow + dx];
          sum += weight * level.pixels()[source - step];
          total += weight;
        }
      }
    }
    return total == 0 ? level.pixels()[position] : Packed.mean(sum, total);
  }

  /** Weights of patches by the distance of their centres from the known pixels. */
  private byte[] weights() {
    byte[] distances = distances();
    byte[] byDistance = new byte[Byte.MAX_VALUE + 1];
    for (int i = 0; i < byDistance.length; i++) {
      byDistance[i] = (byte) Math.max(1, Math.round(MAX_WEIGHT * StrictMath.pow(DECAY, -i)));
    }
    for (int at = 0; at < distances.length; at++) {
      distances[at] = byDistance[distances[at]];
    }
    return distances;
  }

  /** City-block distances to the nearest known pixel, at most 127. */
  private byte[] distances() {
    int width = level.width();
    byte[] distances = new byte[level.kinds().length];
    for (int at = 0; at < distances.length; at++) {
      int above = at < width ? Byte.MAX_VALUE : distances[at - width];
      int before = at % width == 0 ? Byte.MAX_VALUE : distances[at - 1];
      distances[at] =
          Level.isKnown(level.kinds()[at])
              ? 0
              : (byte) Math.min(Byte.MAX_VALUE, 1 + Math.min(above, before));
    }
    for (int at = distances.length - 1; at >= 0; at--) {
      int below = at + width < distances.length ? distances[at + width] : Byte.MAX_VALUE;
      int after = (at + 1) % width != 0 ? distances[at + 1] : Byte.MAX_VALUE;
      distances[at] = (byte) Math.min(distances[at], 1 + Math.min(below, after));
    }
    return distances;
  }

  /** A Gaussian over a patch that adds up to at most 256 and is nowhere 0. */
  private int[] kernel(double spread) {
    int radius = field.radius();
    int side = 2 * radius + 1;
    double[] shares = new double[side * side];
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      int dx = i % side - radius;
      int dy = i / side - radius;
      shares[i] = StrictMath.exp(-(dx * dx + dy * dy) / (2 * spread * spread));
      sum += shares[i];
    }
    int[] kernel = new int[shares.length];
    for (int i = 0; i < shares.length; i++) {
      kernel[i] = 1 + (int) ((KERNEL_SUM - shares.length) * shares[i] / sum);
    }
    return kernel;
  }
}
