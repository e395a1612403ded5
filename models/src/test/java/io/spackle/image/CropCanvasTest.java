package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Canvases of a model of 512 pixels whose sides are multiples of 64, for rows of 1024 x 1024. */
class CropCanvasTest {

  private static final CropPadding COMPLETE = CropPadding.of(1000);

  @Test
  void aSmallHoleIsSeenOnANativeCanvasWithAtLeast32PixelsOfContext() {
    assertThat(canvas(2000, 1500, new Region(900, 700, 940, 740)))
        .isEqualTo(new CropCanvas(512, 512, CropPadding.of(32)));
  }

  @Test
  void theContextIsAsLongAsTheHole() {
    assertThat(canvas(2000, 1500, new Region(900, 700, 1200, 1000)).padding())
        .isEqualTo(CropPadding.of(150));
  }

  @Test
  void wideAndTallHolesHaveCanvasesOfTheirShape() {
    CropCanvas wide = canvas(2000, 1500, new Region(600, 700, 1000, 800));
    assertThat(List.of(wide.width(), wide.height())).isEqualTo(List.of(640, 384));
    CropCanvas tall = canvas(2000, 1500, new Region(600, 300, 700, 700));
    assertThat(List.of(tall.width(), tall.height())).isEqualTo(List.of(384, 640));
  }

  /** 500 pixels need 1000 with their context: nearly twice a canvas of 512. */
  @Test
  void aHoleThatANativeCanvasWouldReduceByMoreThanAHalfHasTheSizeOfTheRow() {
    assertThat(canvas(4000, 3000, new Region(1000, 1000, 1500, 1500)))
        .isEqualTo(new CropCanvas(1024, 1024, CropPadding.of(250)));
    assertThat(canvas(4000, 3000, new Region(1000, 1000, 1370, 1370)).width()).isEqualTo(512);
  }

  @Test
  void aLargeHoleIsSeenInTheCompleteImage() {
    assertThat(canvas(1000, 1000, new Region(100, 100, 700, 600)))
        .isEqualTo(new CropCanvas(1024, 1024, COMPLETE));
    assertThat(canvas(700, 700, new Region(100, 100, 500, 400)))
        .as("which a smaller canvas does not reduce by more than a half")
        .isEqualTo(new CropCanvas(512, 512, CropPadding.of(700)));
  }

  @Test
  void anEmptyMaskHasNoCrop() {
    assertThat(CropCanvas.of(TestImages.blank(1000, 800), 1024, 1024, 512, 64))
        .isEqualTo(new CropCanvas(1024, 1024, COMPLETE));
  }

  @Test
  void noCanvasIsLargerThanTheRowAsksFor() {
    Mask mask = mask(2000, 1500, new Region(900, 700, 940, 740));
    assertThat(CropCanvas.of(mask, 256, 320, 512, 64))
        .isEqualTo(new CropCanvas(256, 320, CropPadding.of(32)));
  }

  /** So that the crops of different photos share batches. */
  @Test
  void thereAreFewCanvases() {
    Random random = new Random(1);
    Set<List<Integer>> sizes = new HashSet<>();
    List<Integer> multiples = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int width = 200 + random.nextInt(2000);
      int height = 200 + random.nextInt(2000);
      int left = random.nextInt(width - 20);
      int top = random.nextInt(height - 20);
      Region hole =
          new Region(
              left,
              top,
              left + 1 + random.nextInt(width - left),
              top + 1 + random.nextInt(height - top));
      CropCanvas canvas = canvas(width, height, hole);
      sizes.add(List.of(canvas.width(), canvas.height()));
      multiples.add(canvas.width() % 64 + canvas.height() % 64);
    }
    assertThat(sizes).hasSize(4);
    assertThat(multiples).containsOnly(0);
  }

  private static CropCanvas canvas(int width, int height, Region hole) {
    return CropCanvas.of(mask(width, height, hole), 1024, 1024, 512, 64);
  }

  private static Mask mask(int width, int height, Region hole) {
    byte[] levels = new byte[width * height];
    for (int y = hole.top(); y < hole.bottom(); y++) {
      Arrays.fill(levels, y * width + hole.left(), y * width + hole.right(), (byte) 255);
    }
    return new Mask(width, height, levels);
  }
}
