package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;

/**
 * One image to repaint.
 *
 * @param image of the plan's size
 * @param mask of the plan's size, levels 0 or 255
 * @param prompt what to paint; may be empty
 * @param negativePrompt what to avoid, or null for none; used only where guidance is on
 * @param seed of the image's own noise; counts modulo 2^32
 */
public record InpaintInput(
    RgbImage image, Mask mask, String prompt, String negativePrompt, long seed) {

  /** The negative prompt as SD 1.5 reads it: none is the empty text. */
  String negativePromptOrEmpty() {
    return negativePrompt == null ? "" : negativePrompt;
  }
}
