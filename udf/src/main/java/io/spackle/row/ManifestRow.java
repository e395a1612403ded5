package io.spackle.row;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.Resize;
import io.spackle.image.RgbImage;

/**
 * A valid manifest row: the API's request body with every default filled in.
 *
 * @param id names the output; given, or derived from the content
 * @param initImage location of the image
 * @param maskImage location of its mask
 * @param prompt what to paint; may be empty
 * @param negativePrompt what to avoid; may be empty, which null, none at all, is not
 * @param width in pixels
 * @param height in pixels
 * @param samples images to paint, at least 1; sample i has the seed {@code seed + i}
 * @param steps inference steps
 * @param guidanceScale weight of the prompt
 * @param strength above 0, up to 1
 * @param enhancedPrompt what is painted in place of the prompt, or null where it stays as it is
 * @param safetyChecker whether images are checked
 * @param seed of the first sample, from 0
 * @param webhook to call when done, or null
 * @param trackId passed back, or null
 * @param sampler the scheduler chosen
 */
public record ManifestRow(
    String id,
    String initImage,
    String maskImage,
    String prompt,
    String negativePrompt,
    int width,
    int height,
    int samples,
    int steps,
    double guidanceScale,
    double strength,
    String enhancedPrompt,
    boolean safetyChecker,
    long seed,
    String webhook,
    String trackId,
    SchedulerChoice sampler) {

  /**
   * The row's images as a model sees them.
   *
   * @throws io.spackle.image.ImageException if the init image does not go with the size
   */
  public Frame frame(RgbImage init, Mask mask, ModelTraits traits, FramingOptions options) {
    Resize resize = options.resize();
    return Framing.frame(
        init,
        mask,
        traits.framedSide(width, resize),
        traits.framedSide(height, resize),
        traits.sizes().multiple(),
        options);
  }

  /** The steps that the row's samples go through. */
  public InpaintParameters plan(Frame frame, MaskReduction maskReduction) {
    return new InpaintParameters(
        frame.image().width(),
        frame.image().height(),
        new InpaintParameters.Sampling(steps, guidanceScale, strength, sampler),
        maskReduction,
        safetyChecker);
  }

  /**
   * One of the row's samples.
   *
   * @param sample from 0
   */
  public InpaintInput subject(Frame frame, int sample) {
    String painted = enhancedPrompt == null ? prompt : enhancedPrompt;
    return new InpaintInput(
        frame.image(), frame.mask(), painted, negativePrompt, null, seed + sample);
  }
}
