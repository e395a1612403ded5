package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CompositorTest {

  @Test
  void overlayEqualsDiffusers() throws IOException {
    for (JsonNode vector : TestImages.vectors("overlay")) {
      RgbImage init = TestImages.image(vector.get("image"));
      Region region = TestImages.region(vector.get("region"));
      Plane part =
          EdgeFill.cover(
              TestImages.image(vector.get("generated")).plane(), region.width(), region.height());
      Plane canvas = init.plane().blank(init.width(), init.height());
      RgbImage generated = RgbImage.of(canvas.place(part, region.left(), region.top()));
      RgbImage result = Compositor.overlay(init, generated, TestImages.mask(vector.get("mask")));
      assertThat(result.pixels())
          .as(vector.toString())
          .isEqualTo(TestImages.image(vector.get("out")).pixels());
    }
  }

  @Test
  void opacityRisesInwardsOverTheBlurWidth() {
    Mask mask = TestImages.rectangle(9, 1, new Region(2, 0, 9, 1), 255);
    assertThat(Compositor.feathered(mask, 3).levels())
        .containsExactly(0, 0, 64, 128, 191, 255, 255, 255, 255);
    assertThat(Compositor.feathered(mask, 0)).isSameAs(mask);
  }

  @Test
  void maskOnePixelWideRemainsPartlyOpaque() {
    Mask line = TestImages.rectangle(5, 3, new Region(2, 0, 3, 3), 255);
    assertThat(Compositor.feathered(line, 4).level(2, 1)).isEqualTo(51);
    assertThat(Compositor.feathered(line, 100_000).level(2, 1)).isEqualTo(1);
  }

  @Test
  void completelyMaskedImageHasNoSoftEdge() {
    Mask all = TestImages.blank(4, 4).inverted();
    assertThat(Compositor.feathered(all, 5).levels()).containsOnly(255);
  }
}
