package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskTest {

  private static final Mask GREYS = new Mask(2, 2, new byte[] {0, 127, (byte) 128, (byte) 255});

  @Test
  void lumaEqualsPillow() throws IOException {
    for (JsonNode vector : TestImages.vectors("to_luma")) {
      assertThat(TestImages.mask(vector.get("in")).levels())
          .as(vector.toString())
          .isEqualTo(TestImages.mask(vector.get("out")).levels());
    }
  }

  @Test
  void upperHalfOfTheLevelsIsMasked() {
    assertThat(GREYS.binarised().levels()).containsExactly(0, 0, 255, 255);
    assertThat(GREYS.inverted().levels()).containsExactly(255, 128, 127, 0);
    assertThat(GREYS.coverage()).isEqualTo(0.5);
    assertThat(GREYS.isBlank()).isFalse();
    assertThat(new Mask(2, 1, new byte[] {0, 127}).isBlank()).isTrue();
    assertThat(GREYS.isMasked(1, 0)).isFalse();
    assertThat(GREYS.isMasked(0, 1)).isTrue();
  }

  @Test
  void maskGrowsByADisc() {
    Mask dot = TestImages.rectangle(11, 9, new Region(5, 4, 6, 5), 255);
    Mask disc = dot.grown(3);
    for (int y = 0; y < 9; y++) {
      for (int x = 0; x < 11; x++) {
        boolean inside = (x - 5) * (x - 5) + (y - 4) * (y - 4) <= 9;
        assertThat(disc.level(x, y)).as("%d, %d", x, y).isEqualTo(inside ? 255 : 0);
      }
    }
  }

  @Test
  void growingKeepsGreyLevelsOutside() {
    assertThat(new Mask(4, 1, new byte[] {-1, 7, 8, 9}).grown(1).levels())
        .containsExactly(255, 255, 8, 9);
    assertThat(GREYS.grown(0)).isSameAs(GREYS);
    assertThat(new Mask(3, 1, new byte[] {0, 9, 0}).grown(5).isBlank()).isTrue();
  }

  @Test
  void distancesEqualAnExhaustiveSearch() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      Mask mask = TestImages.blank(1 + random.nextInt(20), 1 + random.nextInt(20));
      for (int i = random.nextInt(6); i > 0; i--) {
        mask.levels()[random.nextInt(mask.levels().length)] = -1;
      }
      DistanceField field = DistanceField.to(mask, Mask::isMasked);
      for (int i = 0; i < mask.levels().length; i++) {
        assertThat(field.squared(i)).isEqualTo(nearest(mask, i));
      }
    }
  }

  private static int nearest(Mask mask, int index) {
    int nearest = Integer.MAX_VALUE;
    for (int i = 0; i < mask.levels().length; i++) {
      int dx = i % mask.width() - index % mask.width();
      int dy = i / mask.width() - index / mask.width();
      if (Mask.isMasked(mask.levels()[i])) {
        nearest = Math.min(nearest, dx * dx + dy * dy);
      }
    }
    return nearest;
  }

  @Test
  void wrongSizesAreRejected() {
    assertThatThrownBy(() -> new Mask(3, 2, new byte[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 bytes for 3 x 2 pixels of 1, expected 6");
    assertThatThrownBy(() -> new Mask(0, 2, new byte[0])).hasMessageContaining("0 x 2");
    assertThatThrownBy(() -> GREYS.grown(-1)).hasMessageContaining("-1");
  }
}
