package io.spackle.tensor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * A seeded stream of Gaussian noise: the values of {@code torch.randn} on the CPU in float32, to
 * within 2e-6 (torch computes logarithms and cosines in single precision, this class in double).
 *
 * <p>Torch implements the transform of Box and Muller ("A note on the generation of random normal
 * deviates", 1958) twice, and selects the implementation by the length of a draw: see {@link
 * #next}. Not thread-safe.
 */
public final class TorchNoise {

  /** The length of a block, and the shortest draw that is made in blocks. */
  private static final int BLOCK = 16;

  private static final int HALF = BLOCK / 2;

  /** Makes draws ahead. The common pool starts a thread for each draw on machines of two cores. */
  private static final Executor AHEAD = Executors.newSingleThreadExecutor(TorchNoise::daemon);

  private final MersenneTwister bits;

  /** The unused sine value of the last short draw; NaN if none. Long draws leave it in place. */
  private double spare = Double.NaN;

  /** The next draw, which another thread makes; null if it is not made ahead. */
  private CompletableFuture<float[]> ahead;

  private TorchNoise(MersenneTwister bits) {
    this.bits = bits;
  }

  /**
   * The stream of {@code torch.Generator('cpu').manual_seed(seed)}.
   *
   * @param seed only the low 32 bits are used, so that -1 equals 4294967295
   */
  public static TorchNoise seeded(long seed) {
    return new TorchNoise(new MersenneTwister((int) seed));
  }

  /**
   * The next draw. A draw of fewer than 16 values takes them one pair at a time in double
   * precision, a longer one in blocks of 16: the values depend on how the stream is divided into
   * draws.
   *
   * @param count how many values, at least 0
   * @return {@code count} values of mean 0 and standard deviation 1
   * @throws IllegalStateException if another number was drawn ahead
   */
  public float[] next(int count) {
    float[] values = ahead == null ? draw(count) : ahead.join();
    if (values.length != count) {
      throw new IllegalStateException(
          "a draw of %d values, expected %d: so many were drawn ahead"
              .formatted(count, values.length));
    }
    ahead = null;
    return values;
  }

  /**
   * Begins the next draw on another thread, for a stream of which only draws of this length will be
   * taken. The values are the same.
   *
   * @param count as of {@link #next}
   */
  void drawAhead(int count) {
    ahead = CompletableFuture.supplyAsync(() -> draw(count), AHEAD);
  }

  private static Thread daemon(Runnable draws) {
    Thread thread = new Thread(draws, "spackle-noise");
    thread.setDaemon(true);
    return thread;
  }

  private float[] draw(int count) {
    return count < BLOCK ? single(count) : blocks(count);
  }

  private float[] single(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) nextGaussian();
    }
    return values;
  }

  private double nextGaussian() {
    if (!Double.isNaN(spare)) {
      double value = spare;
      spare = Double.NaN;
      return value;
    }
    double angle = 2 * Math.PI * uniform53();
    double radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  private double uniform53() {
    return (bits.nextLong() & ((1L << 53) - 1)) * 0x1p-53;
  }

  private float[] blocks(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = uniform24();
    }
    for (int start = 0; start + BLOCK <= count; start += BLOCK) {
      toGaussian(values, start);
    }
    if (count % BLOCK != 0) {
      // Torch keeps no partial block: it draws the last sixteen values again.
      int start = count - BLOCK;
      for (int i = start; i < count; i++) {
        values[i] = uniform24();
      }
      toGaussian(values, start);
    }
    return values;
  }

  private float uniform24() {
    return (bits.nextInt() & 0xffffff) * 0x1p-24f;
  }

  /** Turns one block of uniform values into Gaussian ones; value j is paired with value j + 8. */
  private static void toGaussian(float[] values, int start) {
    for (int j = start; j < start + HALF; j++) {
      double radius = Math.sqrt(-2 * Math.log(1 - values[j]));
      double angle = 2 * Math.PI * values[j + HALF];
      values[j] = (float) (radius * Math.cos(angle));
      values[j + HALF] = (float) (radius * Math.sin(angle));
    }
  }

  /**
   * The generator mt19937 of Matsumoto and Nishimura ("Mersenne Twister: a 623-dimensionally
   * equidistributed uniform pseudo-random number generator", ACM TOMACS 8(1), 1998), seeded as in
   * their {@code init_genrand} of 2002: the generator of {@code torch.Generator('cpu')}.
   */
  private static final class MersenneTwister {

    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final int UPPER_BIT = 0x80000000;
    private static final int LOWER_BITS = 0x7fffffff;
    private static final int TWIST = 0x9908b0df;

    private final int[] state = new int[SIZE];
    private int next = SIZE;

    MersenneTwister(int seed) {
      state[0] = seed;
      for (int i = 1; i < SIZE; i++) {
        state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
      }
    }

    /** The next 32 random bits. */
    int nextInt() {
      if (next == SIZE) {
        regenerate();
      }
      int bits = state[next++];
      bits ^= bits >>> 11;
      bits ^= (bits << 7) & 0x9d2c5680;
      bits ^= (bits << 15) & 0xefc60000;
      return bits ^ (bits >>> 18);
    }

    /** The next 64 random bits: the first draw is the high word, as in torch. */
    long nextLong() {
      long high = nextInt();
      return (high << 32) | Integer.toUnsignedLong(nextInt());
    }

    private void regenerate() {
      for (int i = 0; i < SIZE; i++) {
        int pair = (state[i] & UPPER_BIT) | (state[(i + 1) % SIZE] & LOWER_BITS);
        int twisted = (pair >>> 1) ^ ((pair & 1) == 0 ? 0 : TWIST);
        state[i] = state[(i + SHIFT) % SIZE] ^ twisted;
      }
      next = 0;
    }
  }
}
