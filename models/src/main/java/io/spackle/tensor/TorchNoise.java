package io.spackle.tensor;

/**
 * The stream of {@code torch.randn} on the CPU in float32, to within 2e-6 (torch takes its
 * logarithms and cosines in single precision, this class in double).
 *
 * <p>Torch has two ways to draw, after Box and Muller ("A note on the generation of random normal
 * deviates", 1958), and the length of a draw decides which one runs: see {@link #next}. Not safe
 * for use by several threads.
 */
public final class TorchNoise implements NoiseSource {

  /** Draws of at least this length are made in blocks of this length. */
  private static final int BLOCK = 16;

  private static final int HALF = BLOCK / 2;

  private final MersenneTwister bits;

  /** The sine value that the last short draw left over; NaN if none. It outlives long draws. */
  private double spare = Double.NaN;

  private TorchNoise(MersenneTwister bits) {
    this.bits = bits;
  }

  /**
   * The stream of {@code torch.Generator('cpu').manual_seed(seed)}.
   *
   * @param seed of which the low 32 bits count, so that -1 is 4294967295
   */
  public static NoiseSource seeded(long seed) {
    return new TorchNoise(new MersenneTwister((int) seed));
  }

  @Override
  public float[] next(int count) {
    return count < BLOCK ? single(count) : blocks(count);
  }

  private float[] single(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) one();
    }
    return values;
  }

  private double one() {
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
      // Torch does not keep a partial block: it draws the last sixteen values anew.
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
}
