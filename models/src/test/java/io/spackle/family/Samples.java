package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.util.List;
import java.util.Random;

/** Small things to paint. */
final class Samples {

  /** Of all pictures, in pixels. */
  static final int SIDE = 64;

  private Samples() {}

  static StepPlan plan(Inpainter inpainter, int steps) {
    return new StepPlan(
        SIDE,
        SIDE,
        steps,
        inpainter.traits().defaultGuidanceScale(),
        0.9,
        Sampler.OF_BUNDLE,
        MaskReduction.MAX,
        false);
  }

  /** Noise from the seed, to be repainted in its left half. */
  static Subject subject(String prompt, long seed) {
    byte[] pixels = new byte[3 * SIDE * SIDE];
    new Random(seed).nextBytes(pixels);
    byte[] levels = new byte[SIDE * SIDE];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i % SIDE < SIDE / 2 ? 255 : 0);
    }
    return new Subject(
        new RgbImage(SIDE, SIDE, pixels), new Mask(SIDE, SIDE, levels), prompt, null, seed);
  }

  static Painting paint(Inpainter inpainter, Subject subject) {
    StepPlan plan = plan(inpainter, 3);
    return inpainter.inpaint(plan, List.of(subject), new Cancellation()).paintings().get(0);
  }
}
