package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Random;

/** The input of the engine's benches: noise, whose upper half is masked. */
final class BenchInput {

  private BenchInput() {}

  /**
   * @param side of the image, in pixels
   */
  static InpaintInput of(int side) {
    byte[] pixels = new byte[3 * side * side];
    new Random(1).nextBytes(pixels);
    byte[] levels = new byte[side * side];
    for (int i = 0; i < levels.length / 2; i++) {
      levels[i] = (byte) 255;
    }
    return new InpaintInput(
        new RgbImage(side, side, pixels),
        new Mask(side, side, levels),
        "a plain wall",
        null,
        null,
        1);
  }
}
