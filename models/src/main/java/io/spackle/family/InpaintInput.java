package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;

/**
 * One image to inpaint.
 *
 * @param image of the size in the parameters
 * @param mask of the same size, levels 0 or 255; 255 is inpainted
 * @param prompt may be empty
 * @param negativePrompt null for none; used only where guidance is on
 * @param seed of the image's own noise; counts modulo 2^32
 */
public record InpaintInput(
    RgbImage image, Mask mask, String prompt, String negativePrompt, long seed) {

  /** The negative prompt, the empty text for none. */
  String negativePromptOrEmpty() {
    return negativePrompt == null ? "" : negativePrompt;
  }
}
