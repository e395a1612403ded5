package io.spackle.scheduler;

/**
 * A step that goes below the next noise level and comes back up with fresh noise, such that the
 * variances add up to the next level's (Song et al., "Denoising diffusion implicit models",
 * equation 16 at eta 1, in terms of sigma).
 *
 * @param down the level to go down to
 * @param up the deviation of the fresh noise
 */
record AncestralStep(double down, double up) {

  static AncestralStep of(double from, double to) {
    return new AncestralStep(to * to / from, to * Math.sqrt(from * from - to * to) / from);
  }
}
