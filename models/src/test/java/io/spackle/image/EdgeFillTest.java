package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EdgeFillTest {

  @Test
  void fillEqualsDiffusers() throws IOException {
    for (JsonNode vector : TestImages.vectors("fill")) {
      Plane filled = fill(TestImages.image(vector.get("in")).plane(), vector);
      assertThat(filled.data())
          .as(vector.toString())
          .isEqualTo(TestImages.image(vector.get("out")).pixels());
    }
  }

  /**
   * Coloured masks are converted to grey before resizing, in diffusers afterwards: levels may
   * differ by rounding.
   */
  @Test
  void binarisedMasksEqualDiffusers() throws IOException {
    for (JsonNode vector : TestImages.vectors("fill")) {
      Mask filled = Mask.of(fill(TestImages.mask(vector.get("mask_in")).plane(), vector));
      Mask expected = TestImages.mask(vector.get("mask_out"));
      assertThat(filled.binarised().levels())
          .as(vector.toString())
          .isEqualTo(expected.binarised().levels());
      assertThat(TestImages.distance(filled.levels(), expected.levels())).isLessThanOrEqualTo(1);
    }
  }

  private static Plane fill(Plane plane, JsonNode vector) {
    return EdgeFill.fill(
        plane, vector.get("width").asInt(), vector.get("height").asInt(), Filter.LANCZOS::resize);
  }

  @Test
  void oddGapsAreFilledCompletely() {
    byte[] grey = new byte[3 * 30 * 10];
    Arrays.fill(grey, (byte) 90);
    Plane filled = EdgeFill.fill(new Plane(30, 10, 3, grey), 61, 45, Filter.LANCZOS::resize);
    assertThat(filled.data()).containsOnly((byte) 90);
  }

  @Test
  void elongatedImagesAreRejected() {
    Plane elongated = new Plane(8, 4000, 1, new byte[32_000]);
    assertThatThrownBy(() -> EdgeFill.fill(elongated, 512, 512, Filter.LANCZOS::resize))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.reason()).isEqualTo(ImageException.Reason.BAD_ASPECT))
        .hasMessageContaining("8 x 4000 pixels would be scaled to 1 x 512");
  }
}
