package io.spackle.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whether seams are ranked by their strength, in drawn images of which no two are alike. */
class SeamRankingTest {

  private static final int SIDE = 160;
  private static final int IMAGES = 50;

  /** A drawn image whose masked region is lighter or darker than it was. */
  private record Drawing(RgbImage image, Mask mask) {

    double seam() {
      return ImageQuality.of(image, image, mask).fit().seam();
    }
  }

  @Test
  void strongerSeamsScoreHigherOverDifferentImages() {
    List<Drawing> drawings =
        IntStream.range(0, IMAGES).mapToObj(i -> drawing(i, 10.0 * i / IMAGES)).toList();
    assertThat(correlation(drawings)).isGreaterThan(0.9);
  }

  @Test
  void strongerSeamsScoreHigherInEachImage() {
    for (int seed = 0; seed < IMAGES; seed++) {
      int image = seed;
      List<Drawing> drawings = IntStream.range(0, 8).mapToObj(i -> drawing(image, i)).toList();
      assertThat(correlation(drawings)).as("drawing %d", image).isGreaterThan(0.9);
    }
  }

  /**
   * Shapes on a slope with grain, and a round or square mask; all by the seed.
   *
   * @param strength of the step at the mask's edge, as a multiple of the grain and one level: the
   *     same step is seen less in more grain
   */
  private static Drawing drawing(int seed, double strength) {
    Random random = new Random(seed);
    double[] slope = {random.nextDouble() - 0.5, random.nextDouble() - 0.5};
    double grain = 4 * random.nextDouble();
    int[] shape = random.ints(4, 20, SIDE - 20).toArray();
    int reach = 25 + random.nextInt(25);
    boolean isRound = random.nextBoolean();
    double step = (random.nextBoolean() ? 1 : -1) * strength * (grain + 1);
    Mask mask = ImageQualityTest.mask(SIDE, SIDE, (x, y) -> hole(x, y, reach, isRound) ? 255 : 0);
    byte[] pixels = new byte[RgbImage.CHANNELS * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      int x = i % SIDE;
      int y = i / SIDE;
      double level = 120 + slope[0] * (x - SIDE / 2) + slope[1] * (y - SIDE / 2);
      level += Math.hypot(x - shape[0], y - shape[1]) < 18 ? 40 : 0;
      level -= Math.abs(x - shape[2]) < 10 && Math.abs(y - shape[3]) < 30 ? 30 : 0;
      level += mask.levels()[i] == 0 ? 0 : step;
      for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
        double value = level + grain * random.nextGaussian();
        pixels[RgbImage.CHANNELS * i + channel] =
            (byte) Math.round(Math.max(0, Math.min(255, value)));
      }
    }
    return new Drawing(new RgbImage(SIDE, SIDE, pixels), mask);
  }

  private static boolean hole(int x, int y, int reach, boolean isRound) {
    int dx = x - SIDE / 2;
    int dy = y - SIDE / 2;
    return isRound
        ? dx * dx + dy * dy < reach * reach
        : Math.max(Math.abs(dx), Math.abs(dy)) < reach;
  }

  /** Spearman's rank correlation of strength and seam; the drawings are in order of strength. */
  private static double correlation(List<Drawing> drawings) {
    List<Double> seams = drawings.stream().map(Drawing::seam).toList();
    List<Integer> bySeam = new ArrayList<>(IntStream.range(0, seams.size()).boxed().toList());
    bySeam.sort(Comparator.comparing(seams::get));
    double squares = 0;
    for (int rank = 0; rank < bySeam.size(); rank++) {
      squares += Math.pow(rank - bySeam.get(rank), 2);
    }
    double n = seams.size();
    return 1 - 6 * squares / (n * (n * n - 1));
  }
}
