package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;

/**
 * The limit that pixel-space samplers put on their estimate of the clean sample: the keys
 * clip_sample and clip_sample_range. Latents are not clipped, but the classes' default is.
 *
 * @param limit infinite for none
 */
record Clipping(double limit) {

  /**
   * The limit of a configuration.
   *
   * @param clips the key clip_sample, whose default is the class's own
   * @throws IllegalArgumentException if it asks for dynamic thresholding, which suits no latents
   */
  static Clipping of(SchedulerConfig config, boolean clips) {
    config.refuse("thresholding");
    return new Clipping(clips ? config.number("clip_sample_range", 1) : Double.POSITIVE_INFINITY);
  }

  FloatTensor apply(FloatTensor clean) {
    return Double.isInfinite(limit) ? clean : Mix.of(1, clean).clamp(limit).tensor();
  }
}
