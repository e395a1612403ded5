package io.spackle.family;

import io.spackle.image.MaskReduction;

/**
 * What the images of one batch share.
 *
 * @param width of the images in pixels, a multiple of {@link ModelTraits.Sizes#multiple}
 * @param height likewise
 * @param sampling how latents are denoised
 * @param maskReduction how the mask is reduced to the size of the latents
 * @param safetyChecked whether flagged images are replaced by black ones
 * @param reference where the model sees the reference images, if it gets them in context; {@code
 *     NONE} if it gets none, or as an input of its own
 */
public record InpaintParameters(
    int width,
    int height,
    Sampling sampling,
    MaskReduction maskReduction,
    boolean safetyChecked,
    ReferenceLayout reference) {

  /** Parameters without reference images in context. */
  public InpaintParameters(
      int width,
      int height,
      Sampling sampling,
      MaskReduction maskReduction,
      boolean safetyChecked) {
    this(width, height, sampling, maskReduction, safetyChecked, ReferenceLayout.NONE);
  }

  /** The parameters with reference images in context. */
  public InpaintParameters withReference(ReferenceLayout layout) {
    return new InpaintParameters(width, height, sampling, maskReduction, safetyChecked, layout);
  }

  /**
   * Rejects reference images in context for a model that takes none.
   *
   * @throws IllegalArgumentException if there are some
   */
  void requireLayout(ModelTraits traits) {
    if (reference != ReferenceLayout.NONE && !traits.takesReferenceInContext()) {
      throw new IllegalArgumentException(
          "a reference image in context found, none expected: models of the family "
              + traits.family()
              + " are not guided by prompts");
    }
  }

  /**
   * How latents are denoised.
   *
   * @param steps inference steps of the whole schedule, at least 1
   * @param guidance how strongly the prompt guides, and in which calls
   * @param strength share of the schedule that is run, above 0 and at most 1; 1 starts from pure
   *     noise
   * @param scheduler the algorithm
   */
  public record Sampling(
      int steps, GuidanceSchedule guidance, double strength, SchedulerChoice scheduler) {

    /** Sampling with guidance in all calls. */
    public Sampling(int steps, double guidanceScale, double strength, SchedulerChoice scheduler) {
      this(steps, GuidanceSchedule.of(guidanceScale), strength, scheduler);
    }

    /** Whether the noise is predicted with and without the prompt in any call. */
    boolean isGuided() {
      return guidance.isOn();
    }

    /** Whether the run starts from noise alone, without the image's latents. */
    boolean startsFromPureNoise() {
      return strength == 1.0;
    }
  }
}
