package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.golden.GoldenCase;
import io.spackle.golden.Goldens;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskReductionTest {

  private static final FramingOptions PARITY =
      FramingOptions.defaults()
          .withResize(Resize.STRETCH)
          .withMaskReduction(MaskReduction.NEAREST)
          .withPasteBack(false);

  @Test
  void nearestEqualsDiffusers() throws IOException {
    for (JsonNode vector : TestImages.vectors("masks")) {
      boolean photo = vector.get("in_is_photo").asBoolean();
      JsonNode in = vector.get("in");
      Mask mask = photo ? TestImages.photoMask(in) : TestImages.mask(in);
      RgbImage any = TestImages.gradient(16, 16);
      int width = vector.get("width").asInt();
      int height = vector.get("height").asInt();
      Mask binary = Framing.frame(any, mask, width, height, 8, PARITY).mask();
      assertThat(binary.levels())
          .as(vector.toString())
          .isEqualTo(TestImages.mask(vector.get("binary")).levels());
      Mask latent = TestImages.mask(vector.get("latent"));
      FloatTensor cells = MaskReduction.NEAREST.toLatents(binary, 8);
      assertThat(cells.shape()).isEqualTo(Shape.of(1, 1, latent.height(), latent.width()));
      for (int i = 0; i < cells.data().length; i++) {
        assertThat(cells.data()[i] * 255f).isEqualTo(latent.levels()[i] & 0xFF);
      }
    }
  }

  @Test
  void nearestEqualsThatOfRecordedPipelines() {
    List<GoldenCase> runs =
        Goldens.cases().stream().filter(MaskReductionTest::hasSeparateMask).toList();
    assertThat(runs).hasSizeGreaterThan(10);
    for (GoldenCase run : runs) {
      Frame frame =
          Framing.frame(
              run.images().get(0),
              run.masks().get(0),
              (int) run.argument("width", 512),
              (int) run.argument("height", 512),
              8,
              PARITY.withCropPadding(run.cropPadding()));
      FloatTensor recorded = run.tensor("mask_latents").item(0);
      FloatTensor cells = MaskReduction.NEAREST.toLatents(frame.mask(), 8);
      assertThat(cells.shape()).as(run.name()).isEqualTo(recorded.shape());
      assertThat(cells.data()).as(run.name()).isEqualTo(recorded.data());
    }
  }

  /** Flux packs its mask together with other channels. */
  private static boolean hasSeparateMask(GoldenCase run) {
    return Files.exists(run.folder().resolve("mask_latents.npy"))
        && run.json().path("tensors").path("mask_latents").size() == 4;
  }

  @Test
  void maxKeepsASinglePixelWhereNearestLosesIt() {
    Mask dot = TestImages.rectangle(16, 8, new Region(13, 7, 14, 8), 255);
    assertThat(MaskReduction.MAX.toLatents(dot, 8).data()).containsExactly(0, 1);
    assertThat(MaskReduction.NEAREST.toLatents(dot, 8).data()).containsExactly(0, 0);
  }

  @Test
  void maxMasksExactlyTheCellsThatCoverAMaskedPixel() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      Mask mask = TestImages.blank(1 + random.nextInt(40), 1 + random.nextInt(40));
      int at = random.nextInt(mask.levels().length);
      mask.levels()[at] = (byte) (128 + random.nextInt(128));
      int width = 1 + random.nextInt(mask.width());
      int height = 1 + random.nextInt(mask.height());
      Mask small = MaskReduction.MAX.resize(mask, width, height).binarised();
      for (int i = 0; i < small.levels().length; i++) {
        boolean covers =
            covers(i % width, width, at % mask.width(), mask.width())
                && covers(i / width, height, at / mask.width(), mask.height());
        assertThat(small.levels()[i] != 0).isEqualTo(covers);
      }
    }
  }

  /** Whether [target, target + 1) of {@code to} intersects [source, source + 1) of {@code from}. */
  private static boolean covers(int target, int to, int source, int from) {
    return target * from < (source + 1) * to && (target + 1) * from > source * to;
  }

  @Test
  void maxEnlargesByTheNearestPixel() {
    Mask mask = new Mask(2, 1, new byte[] {0, -1});
    assertThat(MaskReduction.MAX.resize(mask, 5, 2).levels())
        .containsExactly(0, 0, 255, 255, 255, 0, 0, 255, 255, 255);
  }

  @Test
  void sidesMustBeMultiplesOfTheFactor() {
    assertThatThrownBy(() -> MaskReduction.MAX.toLatents(TestImages.blank(16, 12), 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16 x 12");
  }
}
