package io.spackle.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.graph.Cancellation;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchMatchFillTest {

  private static final PatchMatchFill FILL = new PatchMatchFill(2);

  @Test
  void keptPixelsAreBitIdentical() {
    RgbImage image = noise(150, 110);
    Mask hole = box(150, 110, 40, 30, 90, 70);
    RgbImage filled = fill(image, hole);
    for (int i = 0; i < 150 * 110; i++) {
      if (hole.levels()[i] == 0) {
        assertThat(Arrays.copyOfRange(filled.pixels(), 3 * i, 3 * i + 3))
            .isEqualTo(Arrays.copyOfRange(image.pixels(), 3 * i, 3 * i + 3));
      }
    }
    assertThat(meanError(filled, image, hole)).isGreaterThan(1);
  }

  @Test
  void inputIsNotWrittenTo() {
    RgbImage image = noise(60, 50);
    Mask hole = box(60, 50, 20, 20, 40, 40);
    byte[] pixels = image.pixels().clone();
    byte[] levels = hole.levels().clone();
    fill(image, hole);
    assertThat(image.pixels()).isEqualTo(pixels);
    assertThat(hole.levels()).isEqualTo(levels);
  }

  @Test
  void whatTheHoleHidesDoesNotMatter() {
    RgbImage image = noise(90, 80);
    Mask hole = box(90, 80, 30, 30, 60, 55);
    RgbImage blackened = new RgbImage(90, 80, image.pixels().clone());
    for (int i = 0; i < 90 * 80; i++) {
      if (hole.levels()[i] != 0) {
        Arrays.fill(blackened.pixels(), 3 * i, 3 * i + 3, (byte) 0);
      }
    }
    assertThat(fill(blackened, hole).pixels()).isEqualTo(fill(image, hole).pixels());
  }

  @Test
  void fillsAreBitIdenticalOnAnyNumberOfThreads() {
    RgbImage image = noise(330, 250);
    FillRequest request = FillRequest.of(image, box(330, 250, 100, 80, 200, 160), 7);
    RgbImage alone = new PatchMatchFill(1).fill(request, new Cancellation());
    for (int threads : new int[] {2, 4}) {
      RgbImage shared = new PatchMatchFill(threads).fill(request, new Cancellation());
      assertThat(shared.pixels()).isEqualTo(alone.pixels());
    }
  }

  @Test
  void seedsGiveDifferentFills() {
    RgbImage image = noise(120, 100);
    Mask hole = box(120, 100, 40, 30, 80, 70);
    RgbImage one = FILL.fill(FillRequest.of(image, hole, 1), new Cancellation());
    RgbImage other = FILL.fill(FillRequest.of(image, hole, 2), new Cancellation());
    assertThat(other.pixels()).isNotEqualTo(one.pixels());
  }

  @Test
  void constantImageStaysConstant() {
    RgbImage image = drawn(140, 90, (x, y) -> 77);
    assertThat(fill(image, box(140, 90, 30, 20, 110, 70)).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void linearGradientStaysSmooth() {
    RgbImage image = drawn(200, 160, (x, y) -> 20 + x);
    Mask hole = box(200, 160, 70, 50, 130, 110);
    RgbImage filled = fill(image, hole);
    assertThat(meanError(filled, image, hole)).isLessThan(2);
    assertThat(greatestStep(filled)).isLessThanOrEqualTo(8);
  }

  @Test
  void stripesContinue() {
    assertReconstructed(drawn(200, 200, (x, y) -> (x + y) % 14 < 7 ? 30 : 220), 4);
  }

  @Test
  void checkerContinues() {
    assertReconstructed(drawn(200, 200, (x, y) -> (x / 12 + y / 12) % 2 == 0 ? 40 : 210), 4);
  }

  @Test
  void bricksContinue() {
    assertReconstructed(
        drawn(200, 200, (x, y) -> y % 12 < 2 || (x + y / 12 % 2 * 12) % 24 < 2 ? 200 : 110), 4);
  }

  private static void assertReconstructed(RgbImage image, double limit) {
    Mask hole = box(image.width(), image.height(), 70, 60, 140, 120);
    assertThat(meanError(fill(image, hole), image, hole)).isLessThan(limit);
  }

  @Test
  void excludedPixelsAreNotCopied() {
    RgbImage image = drawn(160, 120, (x, y) -> x < 60 ? 250 : 60);
    Mask hole = box(160, 120, 60, 40, 90, 80);
    FillRequest request = FillRequest.of(image, hole, 1).excluding(box(160, 120, 0, 0, 60, 120));
    assertThat(greatestLevel(FILL.fill(request, new Cancellation()), hole)).isLessThan(200);
  }

  @Test
  void transparentPixelsAreNeitherCopiedNorCompared() {
    RgbImage image = drawn(160, 120, (x, y) -> x < 60 ? 250 : 60);
    Mask hole = box(160, 120, 60, 40, 90, 80);
    FillRequest request = FillRequest.of(image, hole, 1).withOpaque(box(160, 120, 60, 0, 160, 120));
    RgbImage filled = FILL.fill(request, new Cancellation());
    assertThat(greatestLevel(filled, hole)).isEqualTo(60);
    assertThat(Arrays.copyOf(filled.pixels(), 3 * 60)).containsOnly(250);
  }

  @Test
  void sourcesAreFoundFarFromTheHole() {
    RgbImage image = drawn(900, 60, (x, y) -> x < 850 ? 250 : 60);
    Mask hole = box(900, 60, 20, 20, 40, 40);
    FillRequest request = FillRequest.of(image, hole, 1).excluding(box(900, 60, 0, 0, 850, 60));
    assertThat(greatestLevel(FILL.fill(request, new Cancellation()), hole)).isLessThan(250);
  }

  @Test
  void emptyMaskCopiesTheImage() {
    RgbImage image = noise(40, 30);
    RgbImage filled = fill(image, new Mask(40, 30, new byte[40 * 30]));
    assertThat(filled.pixels()).isEqualTo(image.pixels()).isNotSameAs(image.pixels());
  }

  @Test
  void fullMaskIsRejected() {
    assertThatThrownBy(() -> fill(noise(40, 30), box(40, 30, 0, 0, 40, 30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no pixel to copy")
        .hasMessageContaining("leave part of the image unmasked");
  }

  @Test
  void exclusionOfAllSourcesIsRejected() {
    Mask hole = box(40, 30, 10, 10, 20, 20);
    FillRequest request = FillRequest.of(noise(40, 30), hole, 1).excluding(hole.inverted());
    assertThatThrownBy(() -> FILL.fill(request, new Cancellation()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exclude less");
  }

  @Test
  void maskOfAnotherSizeIsRejected() {
    assertThatThrownBy(() -> fill(noise(40, 30), box(30, 40, 0, 0, 5, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("30 x 40")
        .hasMessageContaining("40 x 30");
  }

  @ParameterizedTest
  @CsvSource({"1,2", "2,1", "3,3", "5,40", "40,5", "7,7", "1,200", "200,1", "13,201", "65,33"})
  void tinyAndOddSizesAreFilled(int width, int height) {
    RgbImage image = drawn(width, height, (x, y) -> 90);
    Mask hole = box(width, height, 0, 0, (width + 1) / 2, (height + 1) / 2);
    assertThat(fill(image, hole).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void singlePixelIsAnImage() {
    RgbImage image = drawn(1, 1, (x, y) -> 5);
    assertThat(fill(image, new Mask(1, 1, new byte[1])).pixels()).isEqualTo(image.pixels());
    assertThatThrownBy(() -> fill(image, new Mask(1, 1, new byte[] {-1})))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void holeWithLittleAroundItIsFilled() {
    RgbImage image = drawn(150, 150, (x, y) -> 100);
    assertThat(fill(image, box(150, 150, 2, 2, 150, 150)).pixels()).isEqualTo(image.pixels());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 9})
  void gridsOfThinLinesAreFilled(int spacing) {
    RgbImage image = drawn(300, 150, (x, y) -> x + y / 2);
    Mask hole = marked(300, 150, (x, y) -> x % spacing == 0 || y % spacing == 0 ? 255 : 0);
    assertThat(meanError(fill(image, hole), image, hole)).isLessThan(12);
  }

  @Test
  void manySmallHolesAreFilled() {
    RgbImage image = drawn(700, 300, (x, y) -> x % 20 < 10 ? 60 : 180);
    Random random = new Random(4);
    Mask hole = marked(700, 300, (x, y) -> random.nextInt(100) == 0 ? 255 : 0);
    assertThat(meanError(fill(image, hole), image, hole)).isLessThan(4);
  }

  @Test
  void distantHolesAreFilledEach() {
    RgbImage image = drawn(1000, 120, (x, y) -> x < 500 ? 50 : 200);
    Mask hole =
        marked(1000, 120, (x, y) -> y > 80 && (x > 40 && x < 70 || x > 930 && x < 960) ? 255 : 0);
    assertThat(fill(image, hole).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void cancellationEndsTheFill() throws Exception {
    FillRequest request =
        FillRequest.of(noise(1500, 1500), box(1500, 1500, 300, 300, 1200, 1200), 1);
    Cancellation cancellation = new Cancellation();
    CompletableFuture<RgbImage> running =
        CompletableFuture.supplyAsync(() -> FILL.fill(request, cancellation));
    Thread.sleep(300);
    cancellation.cancel();
    long start = System.nanoTime();
    assertThatThrownBy(running::join)
        .isInstanceOfAny(CancellationException.class, CompletionException.class);
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
  }

  // images

  private interface Drawing {
    int level(int x, int y);
  }

  private static RgbImage drawn(int width, int height, Drawing drawing) {
    byte[] pixels = new byte[3 * width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.min(255, drawing.level(i / 3 % width, i / 3 / width));
    }
    return new RgbImage(width, height, pixels);
  }

  private static RgbImage noise(int width, int height) {
    Random random = new Random(1);
    return drawn(width, height, (x, y) -> random.nextInt(256));
  }

  private static Mask marked(int width, int height, Drawing drawing) {
    byte[] levels = new byte[width * height];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) drawing.level(i % width, i / width);
    }
    return new Mask(width, height, levels);
  }

  private static Mask box(int width, int height, int left, int top, int right, int bottom) {
    return marked(
        width, height, (x, y) -> x >= left && x < right && y >= top && y < bottom ? 255 : 0);
  }

  // figures

  private static RgbImage fill(RgbImage image, Mask hole) {
    return FILL.fill(FillRequest.of(image, hole, 1), new Cancellation());
  }

  /** The mean absolute difference inside the hole, in levels. */
  private static double meanError(RgbImage filled, RgbImage image, Mask hole) {
    long sum = 0;
    long count = 0;
    for (int i = 0; i < filled.pixels().length; i++) {
      if (hole.levels()[i / 3] != 0) {
        sum += Math.abs((filled.pixels()[i] & 0xFF) - (image.pixels()[i] & 0xFF));
        count++;
      }
    }
    return (double) sum / count;
  }

  private static int greatestLevel(RgbImage image, Mask hole) {
    int greatest = 0;
    for (int i = 0; i < image.pixels().length; i++) {
      if (hole.levels()[i / 3] != 0) {
        greatest = Math.max(greatest, image.pixels()[i] & 0xFF);
      }
    }
    return greatest;
  }

  /** The greatest difference between horizontal neighbours, in levels. */
  private static int greatestStep(RgbImage image) {
    int greatest = 0;
    for (int i = 3; i < image.pixels().length; i++) {
      if (i / 3 % image.width() != 0) {
        int step = (image.pixels()[i] & 0xFF) - (image.pixels()[i - 3] & 0xFF);
        greatest = Math.max(greatest, Math.abs(step));
      }
    }
    return greatest;
  }
}
