package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.util.List;
import java.util.Random;

/** Small inputs. */
final class Samples {

  /** Of all images, in pixels. */
  static final int SIDE = 64;

  private Samples() {}

  static InpaintParameters parameters(Inpainter inpainter, int steps) {
    return new InpaintParameters(
        SIDE,
        SIDE,
        new InpaintParameters.Sampling(
            steps, inpainter.traits().defaults().guidanceScale(), 0.9, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  /** Noise from the seed, masked in its left half and its own reference. */
  static InpaintInput input(String prompt, long seed) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    new Random(seed).nextBytes(pixels);
    byte[] levels = new byte[SIDE * SIDE];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i % SIDE < SIDE / 2 ? 255 : 0);
    }
    RgbImage image = new RgbImage(SIDE, SIDE, pixels);
    return new InpaintInput(image, new Mask(SIDE, SIDE, levels), prompt, null, image, seed);
  }

  static InpaintedImage inpaint(Inpainter inpainter, InpaintInput input) {
    InpaintParameters parameters = parameters(inpainter, 3);
    return inpainter.inpaint(parameters, List.of(input), new Cancellation()).get(0);
  }
}
