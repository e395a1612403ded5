package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReferenceCanvasTest {

  private static final int WIDTH = 64;
  private static final int HEIGHT = 128;

  @Test
  void leftOfTheImageTheReferenceIsNotMasked() {
    ReferenceCanvas canvas = new ReferenceCanvas(ReferenceLayout.LEFT, WIDTH, HEIGHT);
    InpaintInput joined = canvas.joined(input());
    assertThat(joined.image().width()).isEqualTo(2 * WIDTH);
    assertThat(joined.image().height()).isEqualTo(HEIGHT);
    assertThat(red(joined.image(), 0, 0)).as("white above the square garment").isEqualTo(255);
    assertThat(red(joined.image(), 0, HEIGHT / 2)).as("the garment").isEqualTo(80);
    assertThat(red(joined.image(), WIDTH, 0)).as("the person").isEqualTo(20);
    assertThat(joined.mask().coverage()).as("the person is all masked").isEqualTo(0.5);
    assertThat(joined.mask().isMasked(WIDTH - 1, 5)).isFalse();
    assertThat(joined.mask().isMasked(WIDTH, 5)).isTrue();
    assertThat(joined.prompt()).isEqualTo("a coat");
    assertThat(joined.negativePrompt()).isEqualTo("blurry");
    assertThat(joined.seed()).isEqualTo(7);
  }

  @Test
  void belowTheImageTheReferenceIsNotMasked() {
    ReferenceCanvas canvas = new ReferenceCanvas(ReferenceLayout.BELOW, WIDTH, HEIGHT);
    InpaintInput joined = canvas.joined(input());
    assertThat(joined.image().width()).isEqualTo(WIDTH);
    assertThat(joined.image().height()).isEqualTo(2 * HEIGHT);
    assertThat(red(joined.image(), 0, 0)).isEqualTo(20);
    assertThat(red(joined.image(), 0, HEIGHT)).isEqualTo(255);
    assertThat(red(joined.image(), 0, HEIGHT + HEIGHT / 2)).isEqualTo(80);
    assertThat(joined.mask().isMasked(5, HEIGHT - 1)).isTrue();
    assertThat(joined.mask().isMasked(5, HEIGHT)).isFalse();
  }

  @Test
  void onlyTheImagesPartIsKept() {
    for (ReferenceLayout layout : Set.of(ReferenceLayout.LEFT, ReferenceLayout.BELOW)) {
      ReferenceCanvas canvas = new ReferenceCanvas(layout, WIDTH, HEIGHT);
      RgbImage generated = canvas.joined(input()).image();
      InpaintedImage cut = canvas.cut(new InpaintedImage(generated, Set.of(Note.MASK_FULL)));
      assertThat(cut.image().width()).isEqualTo(WIDTH);
      assertThat(cut.image().height()).isEqualTo(HEIGHT);
      assertThat(cut.image().pixels()).as("%s", layout).containsOnly((byte) 20);
      assertThat(cut.notes()).containsExactly(Note.MASK_FULL);
    }
  }

  /** A dark person, all masked, and a square garment. */
  private static InpaintInput input() {
    byte[] masked = new byte[WIDTH * HEIGHT];
    Arrays.fill(masked, (byte) 255);
    return new InpaintInput(
        plain(WIDTH, HEIGHT, 20),
        new Mask(WIDTH, HEIGHT, masked),
        "a coat",
        "blurry",
        plain(10, 10, 80),
        7);
  }

  private static RgbImage plain(int width, int height, int level) {
    byte[] pixels = new byte[3 * width * height];
    Arrays.fill(pixels, (byte) level);
    return new RgbImage(width, height, pixels);
  }

  private static int red(RgbImage image, int x, int y) {
    return image.pixels()[3 * (y * image.width() + x)] & 0xFF;
  }
}
