package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;

/**
 * One image to inpaint.
 *
 * @param image of the size in the parameters
 * @param mask of the same size, levels 0 or 255; 255 is inpainted
 * @param prompt may be empty
 * @param negativePrompt null for none; used only where guidance is on
 * @param reference the image of a garment, of any size. Models guided by {@link
 *     ModelTraits.Guide#REFERENCE} require it, others ignore it; null for none
 * @param seed of the image's own noise; counts modulo 2^32
 */
public record InpaintInput(
    RgbImage image,
    Mask mask,
    String prompt,
    String negativePrompt,
    RgbImage reference,
    long seed) {

  /** The negative prompt, the empty text for none. */
  String negativePromptOrEmpty() {
    return negativePrompt == null ? "" : negativePrompt;
  }

  /** The masked image: (1, 3, height, width) in -1 to 1, with 0, mid grey, where it is masked. */
  FloatTensor maskedPixels() {
    float[] pixels = image.toTensor().data();
    int plane = image.width() * image.height();
    for (int i = 0; i < pixels.length; i++) {
      int at = i % plane;
      if (mask.isMasked(at % image.width(), at / image.width())) {
        pixels[i] = 0;
      }
    }
    return FloatTensor.of(pixels, 1, 3, image.height(), image.width());
  }
}
