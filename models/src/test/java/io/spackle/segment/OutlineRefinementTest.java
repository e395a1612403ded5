package io.spackle.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.spackle.image.Filter;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor.Size;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Masks at the size of an image of which a graph saw a reduced copy. */
class OutlineRefinementTest {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int SIDE = 64;

  /** A flower with seven leaves. */
  private static final boolean[] FLOWER = flower();

  /** The flower in red on grey, with the noise of a camera. */
  private static final RgbImage PHOTO = photo();

  private static final GraphInput REDUCED = new GraphInput(new Size(SIDE, SIDE), unused -> null);
  private static final GraphInput FULL = new GraphInput(new Size(WIDTH, HEIGHT), unused -> null);

  @Test
  void theOutlineOfAForegroundFollowsTheEdgesOfTheImage() {
    int bilinear = wrong(new SaliencyReader(FULL, 0.5), saliency());
    int refined = wrong(new SaliencyReader(REDUCED, 0.5), saliency());
    assertThat(bilinear).isGreaterThan(4000);
    assertThat(refined).isLessThan(bilinear / 4);
  }

  @Test
  void theOutlinesOfClassesDoToo() {
    List<String> classes = List.of("background", "flower", "leaf");
    int bilinear = wrong(new ClassReader(FULL, classes, null), logits());
    int refined = wrong(new ClassReader(REDUCED, classes, null), logits());
    int sure = wrong(new ClassReader(REDUCED, classes, 0.5), logits());
    assertThat(refined).isLessThan(bilinear / 4);
    assertThat(sure).isLessThan(bilinear / 4);
  }

  @Test
  void awayFromOutlinesNothingChanges() {
    byte[] bilinear = labels(new SaliencyReader(FULL, 0.5), saliency());
    byte[] refined = labels(new SaliencyReader(REDUCED, 0.5), saliency());
    Mask outline = new Mask(WIDTH, HEIGHT, outline()).grown(70);
    for (int i = 0; i < refined.length; i++) {
      if (outline.levels()[i] == 0) {
        assertThat(refined[i]).isEqualTo(bilinear[i]);
      }
    }
    assertThat(outline.coverage()).isLessThan(0.9);
  }

  @Test
  void withoutAnEdgeInTheImageTheOutlineStays() {
    RgbImage flat = RgbImage.black(WIDTH, HEIGHT);
    Answered answered = new Answered(flat, List.of(saliency()), List.of());
    byte[] refined = new SaliencyReader(REDUCED, 0.5).read(answered).labels();
    assertThat(differences(refined, FLOWER))
        .isCloseTo(wrong(new SaliencyReader(FULL, 0.5), saliency()), withinPercentage(50));
  }

  /** What a graph gives: right on the whole, but too broad and blurred. */
  private static FloatTensor saliency() {
    float[] probabilities = new float[SIDE * SIDE];
    Mask reduced = Filter.BILINEAR.resize(mask(), SIDE, SIDE).grown(1);
    Mask blurred = Filter.BILINEAR.resize(Filter.BILINEAR.resize(reduced, 24, 24), SIDE, SIDE);
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = (blurred.levels()[i] & 0xFF) / 255f;
    }
    return FloatTensor.of(probabilities, 1, 1, SIDE, SIDE);
  }

  /** The same as logits of three classes, the last of which is nowhere. */
  private static FloatTensor logits() {
    float[] probabilities = saliency().data();
    float[] logits = new float[3 * probabilities.length];
    for (int i = 0; i < probabilities.length; i++) {
      logits[i] = 4 * (0.5f - probabilities[i]);
      logits[probabilities.length + i] = 4 * (probabilities[i] - 0.5f);
      logits[2 * probabilities.length + i] = -9;
    }
    return FloatTensor.of(logits, 1, 3, SIDE, SIDE);
  }

  /** The number of pixels whose label is not the right one. */
  private static int wrong(AnswerReader reader, FloatTensor answer) {
    return differences(labels(reader, answer), FLOWER);
  }

  private static int differences(byte[] labels, boolean[] truth) {
    int differences = 0;
    for (int i = 0; i < labels.length; i++) {
      differences += (labels[i] == 1) == truth[i] ? 0 : 1;
    }
    return differences;
  }

  private static byte[] labels(AnswerReader reader, FloatTensor answer) {
    return reader.read(new Answered(PHOTO, List.of(answer), List.of())).labels();
  }

  private static boolean[] flower() {
    boolean[] flower = new boolean[WIDTH * HEIGHT];
    for (int i = 0; i < flower.length; i++) {
      double x = i % WIDTH - WIDTH / 2.0;
      double y = i / WIDTH - HEIGHT / 2.0;
      double radius = 150 * (1 + 0.2 * Math.sin(7 * Math.atan2(y, x)));
      flower[i] = Math.hypot(x, y) < radius;
    }
    return flower;
  }

  private static Mask mask() {
    byte[] levels = new byte[FLOWER.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = FLOWER[i] ? (byte) 255 : 0;
    }
    return new Mask(WIDTH, HEIGHT, levels);
  }

  private static byte[] outline() {
    byte[] outline = new byte[FLOWER.length];
    for (int i = 1; i < outline.length; i++) {
      outline[i] = FLOWER[i] == FLOWER[i - 1] ? 0 : (byte) 255;
    }
    return outline;
  }

  private static RgbImage photo() {
    Random noise = new Random(1);
    byte[] pixels = new byte[RgbImage.CHANNELS * FLOWER.length];
    int[][] colours = {{120, 125, 130}, {170, 60, 70}};
    for (int i = 0; i < pixels.length; i++) {
      int level = colours[FLOWER[i / 3] ? 1 : 0][i % 3];
      pixels[i] = (byte) (level + Math.round(6 * noise.nextGaussian()));
    }
    return new RgbImage(WIDTH, HEIGHT, pixels);
  }
}
