package io.spackle.tensor;

/**
 * The seeded Gaussian stream of one image: what {@code torch.randn} draws on the CPU in float32
 * from a generator with the same seed.
 */
public interface NoiseSource {

  /**
   * The next draw.
   *
   * @param count how many values; a torch stream depends on how it is cut into draws
   * @return {@code count} values of mean 0 and deviation 1
   */
  float[] next(int count);
}
