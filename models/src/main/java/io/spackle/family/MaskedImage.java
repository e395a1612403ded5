package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.tensor.FloatTensor;

/** The image with a hole, as the inpainting networks are shown it. */
final class MaskedImage {

  private MaskedImage() {}

  /**
   * The image with 0, mid grey, wherever the mask repaints.
   *
   * @param pixels (1, 3, h, w) in -1 to 1
   * @param mask w x h
   */
  static FloatTensor of(FloatTensor pixels, Mask mask) {
    float[] holed = pixels.data().clone();
    int plane = mask.width() * mask.height();
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        if (mask.isMasked(x, y)) {
          int at = y * mask.width() + x;
          holed[at] = 0;
          holed[at + plane] = 0;
          holed[at + 2 * plane] = 0;
        }
      }
    }
    return new FloatTensor(holed, pixels.shape());
  }
}
