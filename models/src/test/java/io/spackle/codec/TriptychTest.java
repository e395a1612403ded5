package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.CropPadding;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Composite;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TriptychTest {

  private static final int TOLERANCE = 24;

  @Test
  void initMaskAndResultAreSideBySide() {
    RgbImage panels = panels(framed(200, 120), 100);
    assertThat(panels.width()).isEqualTo(300);
    assertThat(panels.height()).isEqualTo(60);
    assertThat(level(panels, 50, 30)).as("init").isCloseTo(40, within());
    assertThat(level(panels, 150, 30)).as("masked in the mask").isCloseTo(255, within());
    assertThat(level(panels, 104, 4)).as("kept in the mask").isCloseTo(0, within());
    assertThat(level(panels, 250, 30)).as("result in the masked region").isCloseTo(200, within());
    assertThat(level(panels, 204, 4))
        .as("result outside the masked region")
        .isCloseTo(40, within());
  }

  @Test
  void smallImagesKeepTheirSize() {
    RgbImage panels = panels(framed(32, 24), 100);
    assertThat(panels.width()).isEqualTo(96);
    assertThat(panels.height()).isEqualTo(24);
  }

  @Test
  void sidesHaveAtLeastOnePixel() {
    RgbImage panels = panels(framed(800, 8), 50);
    assertThat(panels.width()).isEqualTo(150);
    assertThat(panels.height()).isEqualTo(1);
  }

  private static RgbImage panels(Frame frame, int side) {
    RgbImage generated = filled(frame.image().width(), frame.image().height(), 200);
    byte[] file = Triptych.jpeg(frame, frame.restore(generated), side);
    return ImageCodec.decode(file, new DecodeLimits(1_000_000, 10_000, 0xFFFFFF));
  }

  /** A dark image with its centre masked. */
  private static Frame framed(int width, int height) {
    byte[] levels = new byte[width * height];
    for (int y = height / 4; y < height * 3 / 4; y++) {
      for (int x = width / 4; x < width * 3 / 4; x++) {
        levels[y * width + x] = (byte) 255;
      }
    }
    FramingOptions options =
        new FramingOptions(
            Resize.STRETCH, CropPadding.NONE, MaskReduction.MAX, true, 0, 0, Composite.PASTE);
    Mask mask = new Mask(width, height, levels);
    return Framing.frame(filled(width, height, 40), mask, width, height, 8, options);
  }

  private static RgbImage filled(int width, int height, int level) {
    byte[] pixels = new byte[3 * width * height];
    Arrays.fill(pixels, (byte) level);
    return new RgbImage(width, height, pixels);
  }

  private static int level(RgbImage image, int x, int y) {
    return image.pixels()[3 * (y * image.width() + x)] & 0xFF;
  }

  private static Offset<Integer> within() {
    return Offset.offset(TOLERANCE);
  }
}
