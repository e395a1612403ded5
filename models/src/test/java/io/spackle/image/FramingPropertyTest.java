package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.FramingOptions.Composite;
import io.spackle.image.FramingOptions.Resize;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Properties of framing for random images, masks and options; seeded, so reproducible. */
class FramingPropertyTest {

  private static final int ROUNDS = 400;

  @Test
  void sizesAreConsistentAndKeptPixelsAreIdentical() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      RgbImage init = TestImages.random(random, 16 + random.nextInt(80), 16 + random.nextInt(80));
      Mask mask = mask(random, init);
      int width = 64 + random.nextInt(64);
      int height = 64 + random.nextInt(64);
      int multiple = 1 << random.nextInt(7);
      FramingOptions options = options(random);
      Frame frame = Framing.frame(init, mask, width, height, multiple, options);
      check("seed " + seed + " " + options, frame, multiple, random);
    }
  }

  private static void check(String what, Frame frame, int multiple, Random random) {
    RgbImage image = frame.image();
    assertThat(image.width() % multiple).as(what).isZero();
    assertThat(image.height() % multiple).as(what).isZero();
    assertThat(frame.mask().width()).as(what).isEqualTo(image.width());
    assertThat(frame.mask().height()).as(what).isEqualTo(image.height());
    assertThat(frame.mask().binarised().levels()).as(what).isEqualTo(frame.mask().levels());
    RgbImage some = frame.restore(TestImages.random(random, image.width(), image.height()));
    RgbImage other = frame.restore(TestImages.random(random, image.width(), image.height()));
    assertThat(some.width()).as(what).isEqualTo(frame.outputWidth());
    assertThat(some.height()).as(what).isEqualTo(frame.outputHeight());
    int changed = 0;
    int pixels = frame.outputWidth() * frame.outputHeight();
    for (int i = 0; i < pixels; i++) {
      int kept = rgb(frame.untouched(), i);
      if (rgb(some, i) != kept || rgb(other, i) != kept) {
        changed++;
      }
    }
    // Two images of noise leave a masked pixel unchanged with probability 2^-48, or at the start of
    // a
    // soft edge. So if at most as many pixels changed as are masked, none changed outside the mask.
    assertThat(changed)
        .as(what)
        .isLessThanOrEqualTo((int) Math.round(frame.maskCoverage() * pixels));
    if (frame.isBlank() && frame.maskCoverage() == 0) {
      assertThat(some.pixels()).as(what).isEqualTo(frame.untouched().pixels());
    }
  }

  @Test
  void pixelsOutsideTheMaskAreThoseOfTheInitImage() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      RgbImage init = TestImages.random(random, 16 + random.nextInt(80), 16 + random.nextInt(80));
      Mask mask =
          Mask.of(Filter.LANCZOS.resize(mask(random, init).plane(), init.width(), init.height()));
      FramingOptions options = options(random).withResize(Resize.ORIGINAL).withMaskGrow(0);
      Frame frame = Framing.frame(init, mask, 64, 96, 8, options);
      RgbImage canvas = frame.image();
      RgbImage output = frame.restore(TestImages.random(random, canvas.width(), canvas.height()));
      for (int i = 0; i < mask.levels().length; i++) {
        if (!Mask.isMasked(mask.levels()[i])) {
          assertThat(rgb(output, i)).as("seed %d, pixel %d", seed, i).isEqualTo(rgb(init, i));
        }
      }
    }
  }

  private static Mask mask(Random random, RgbImage init) {
    boolean same = random.nextBoolean();
    int width = same ? init.width() : 1 + random.nextInt(100);
    int height = same ? init.height() : 1 + random.nextInt(100);
    int left = random.nextInt(width);
    int top = random.nextInt(height);
    Region rectangle =
        new Region(
            left,
            top,
            left + 1 + random.nextInt(width - left),
            top + 1 + random.nextInt(height - top));
    return TestImages.rectangle(width, height, rectangle, random.nextInt(256));
  }

  private static FramingOptions options(Random random) {
    CropPadding crop = random.nextBoolean() ? CropPadding.of(random.nextInt(40)) : CropPadding.NONE;
    return new FramingOptions(
        pick(random, Resize.values()),
        crop,
        pick(random, MaskReduction.values()),
        true,
        random.nextInt(4),
        random.nextInt(4),
        Composite.PASTE);
  }

  private static <T> T pick(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  private static int rgb(RgbImage image, int index) {
    return TestImages.rgb(image, index % image.width(), index / image.width());
  }
}
