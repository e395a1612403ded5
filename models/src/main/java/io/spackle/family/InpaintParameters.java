package io.spackle.family;

import io.spackle.image.MaskReduction;

/**
 * What the images of one batch share: their shape and the steps that they go through.
 *
 * @param width of the images in pixels, a multiple of {@link ModelTraits#sizeMultiple}
 * @param height likewise
 * @param steps inference steps of the whole schedule, at least 1
 * @param guidanceScale weight of the prompt; classifier-free guidance is on above 1
 * @param strength share of the schedule that is gone through, above 0 and up to 1; 1 starts from
 *     pure noise
 * @param sampler the algorithm, where it is not the bundle's
 * @param maskReduction how the mask is brought to the size of the latents
 * @param safetyChecked whether a safety checker blackens what must not be shown
 */
public record InpaintParameters(
    int width,
    int height,
    int steps,
    double guidanceScale,
    double strength,
    SchedulerChoice sampler,
    MaskReduction maskReduction,
    boolean safetyChecked) {

  /** Whether each step predicts with and without the prompt. */
  public boolean guided() {
    return guidanceScale > 1;
  }

  /** Whether the run starts from noise alone, without the image's own latents. */
  public boolean fromPureNoise() {
    return strength == 1.0;
  }

  /**
   * The number of steps that strength leaves: {@code min(int(steps * strength), steps)}, as the SD
   * pipelines of diffusers count.
   */
  public int keptSteps() {
    return Math.min((int) (steps * strength), steps);
  }
}
