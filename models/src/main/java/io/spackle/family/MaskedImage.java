package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.tensor.FloatTensor;

/** The masked image, as inpainting networks take it. */
final class MaskedImage {

  private MaskedImage() {}

  /**
   * The image with 0, mid grey, in the masked region.
   *
   * @param pixels (1, 3, h, w) in -1 to 1
   * @param mask w x h
   */
  static FloatTensor of(FloatTensor pixels, Mask mask) {
    float[] masked = pixels.data().clone();
    int plane = mask.width() * mask.height();
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        if (mask.repaints(x, y)) {
          int at = y * mask.width() + x;
          masked[at] = 0;
          masked[at + plane] = 0;
          masked[at + 2 * plane] = 0;
        }
      }
    }
    return new FloatTensor(masked, pixels.shape());
  }
}
