package io.spackle.segment;

import static io.spackle.segment.Segments.block;
import static io.spackle.segment.Segments.image;
import static io.spackle.segment.Segments.mask;
import static io.spackle.segment.Segments.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
import io.spackle.segment.Segmenter.Step;
import io.spackle.tensor.FloatTensor;
import java.awt.Color;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmenterTest {

  /** A red shirt at the left and a green dress at the right, on grey. */
  private static final RgbImage CLOTHES =
      image(
          96,
          64,
          Color.GRAY,
          block(Color.RED, 12, 12, 24, 40).andThen(block(Color.GREEN, 60, 12, 24, 40)));

  private static final RgbImage DISC =
      image(
          90,
          60,
          Color.BLACK,
          graphics -> {
            graphics.setColor(Color.WHITE);
            graphics.fillOval(30, 15, 30, 30);
          });

  @ParameterizedTest
  @ValueSource(strings = {"classes", "classes-half", "classes-free"})
  void oneClassIsMaskedAtTheSizeOfTheImage(String folder) {
    try (Segmenter segmenter = open(folder)) {
      Mask mask = mask(segmenter, CLOTHES, "Upper-clothes");
      assertThat(List.of(mask.width(), mask.height())).containsExactly(96, 64);
      assertThat(mask.isMasked(24, 32)).isTrue();
      assertThat(mask.isMasked(72, 32)).isFalse();
      assertThat(mask.isMasked(48, 32)).isFalse();
      assertThat(mask.coverage()).isCloseTo(24 * 40 / (96.0 * 64), within(0.05));
    }
  }

  @Test
  void severalClassesAreUnitedAndSpelledAsPeopleLike() {
    try (Segmenter segmenter = open("classes")) {
      Mask both = mask(segmenter, CLOTHES, "upper_clothes", "DRESS");
      assertThat(both.isMasked(24, 32)).isTrue();
      assertThat(both.isMasked(72, 32)).isTrue();
      assertThat(both.isMasked(48, 32)).isFalse();
    }
  }

  @Test
  void planesWithoutLabelsAreClassesByNumberAndNotStacked() {
    try (Segmenter segmenter = open("planes")) {
      assertThat(segmenter.traits().classes()).containsExactly("0", "1", "2", "3");
      Mask mask = mask(segmenter, CLOTHES, "2");
      assertThat(List.of(mask.width(), mask.height())).containsExactly(96, 64);
      assertThat(mask.isMasked(72, 32)).isTrue();
      assertThat(mask.isMasked(24, 32)).isFalse();
    }
  }

  @Test
  void labelsOfTheConfigurationNamePlanes() {
    List<String> labels = List.of("background", "upper", "lower", "full");
    try (Segmenter segmenter = open("planes", new SegmenterOptions(null, null, labels, null))) {
      assertThat(mask(segmenter, CLOTHES, "lower").isMasked(72, 32)).isTrue();
    }
  }

  @Test
  void aWideImageIsSquashedForASquareGraphAndTheMaskIsNot() {
    RgbImage wide = image(300, 100, Color.GRAY, block(Color.RED, 200, 20, 60, 60));
    try (Segmenter segmenter = open("classes")) {
      Mask mask = mask(segmenter, wide, "Upper-clothes");
      assertThat(mask.isMasked(230, 50)).isTrue();
      assertThat(mask.isMasked(185, 50)).isFalse();
      assertThat(mask.isMasked(275, 50)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"saliency", "saliency-logits"})
  void theForegroundIsTheFirstOutputInProbabilitiesOrLogits(String folder) {
    try (Segmenter segmenter = open(folder)) {
      Mask foreground = mask(segmenter, DISC, "foreground");
      Mask background = mask(segmenter, DISC, "background");
      assertThat(foreground.isMasked(45, 30)).isTrue();
      assertThat(foreground.isMasked(5, 5)).isFalse();
      assertThat(background.levels()).isEqualTo(foreground.inverted().levels());
    }
  }

  @Test
  void theThresholdDecidesFromWhichProbabilityAPixelCounts() {
    RgbImage ramp =
        image(
            64,
            32,
            Color.BLACK,
            graphics -> {
              for (int x = 0; x < 64; x++) {
                graphics.setColor(new Color(4 * x, 4 * x, 4 * x));
                graphics.fillRect(x, 0, 1, 32);
              }
            });
    try (Segmenter low = open("saliency", threshold(0.001));
        Segmenter high = open("saliency", threshold(0.999))) {
      assertThat(mask(low, ramp, "foreground").coverage())
          .isGreaterThan(mask(high, ramp, "foreground").coverage() + 0.1);
    }
  }

  private static SegmenterOptions threshold(double value) {
    return new SegmenterOptions(null, null, List.of(), value);
  }

  @Test
  void anAnswerThatIsTheSameEverywhereLocatesNothing() {
    try (Segmenter segmenter = open("saliency-constant")) {
      assertThat(mask(segmenter, DISC, "foreground").isBlank()).isTrue();
      assertThat(mask(segmenter, DISC, "background").isBlank()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"saliency", "saliency-logits", "classes", "planes", "text"})
  void aBlackImageHasAnEmptyMask(String folder) {
    RgbImage black = RgbImage.black(80, 60);
    try (Segmenter segmenter = open(folder)) {
      List<String> classes = segmenter.traits().classes();
      assertThat(mask(segmenter, black, classes.toArray(String[]::new)).isBlank()).isTrue();
    }
  }

  @Test
  void anAnswerThatIsNotFiniteIsAnError() {
    try (Segmenter segmenter = open("saliency-nan")) {
      assertThatThrownBy(() -> mask(segmenter, DISC, "foreground"))
          .isInstanceOfSatisfying(
              GraphException.class,
              e -> assertThat(e.kind()).isEqualTo(GraphException.Kind.NOT_FINITE))
          .hasMessageContaining("NaN");
    }
  }

  @Test
  void theMasksOfABatchAreThoseOfSingleImages() {
    RgbImage other = image(40, 90, Color.GRAY, block(Color.RED, 5, 30, 20, 40));
    try (Segmenter segmenter = open("classes")) {
      List<RgbImage> images = List.of(CLOTHES, other);
      List<FloatTensor> inputs =
          images.stream().flatMap(image -> segmenter.inputs(image).stream()).toList();
      List<FloatTensor> answers = segmenter.run(Step.FIND, inputs, new Cancellation());
      SegmentRule rule = SegmentRule.of(List.of("Upper-clothes"));
      for (int i = 0; i < images.size(); i++) {
        Answered answered = new Answered(images.get(i), List.of(answers.get(i)), List.of());
        assertThat(segmenter.mask(List.of(answered), rule).levels())
            .isEqualTo(mask(segmenter, images.get(i), rule).levels());
      }
    }
  }

  @Test
  void aGraphOfOneImageRunsABatchOneByOne() {
    try (Segmenter segmenter = open("saliency")) {
      FloatTensor input = segmenter.inputs(DISC).get(0);
      assertThat(segmenter.run(Step.FIND, List.of(input, input, input), new Cancellation()))
          .hasSize(3);
    }
  }

  @Test
  void answersForSeveralGroundsAreUnited() {
    RgbImage left = image(64, 64, Color.GRAY, block(Color.RED, 8, 8, 16, 48));
    RgbImage right = image(64, 64, Color.GRAY, block(Color.RED, 40, 8, 16, 48));
    try (Segmenter segmenter = open("classes")) {
      List<Answered> versions =
          List.of(Segments.answered(segmenter, left), Segments.answered(segmenter, right));
      Mask mask = segmenter.mask(versions, SegmentRule.of(List.of("Upper-clothes")));
      assertThat(mask.isMasked(16, 32)).isTrue();
      assertThat(mask.isMasked(48, 32)).isTrue();
      assertThat(mask.isMasked(32, 32)).isFalse();
    }
  }

  @Test
  void planesAreEnlargedAsByTorchWithoutAlignedCorners() {
    Planes planes = Planes.of(FloatTensor.of(new float[] {0, 4}, 1, 1, 1, 2), 1);
    float[] row = new float[8];
    planes.enlarge(8, 1, (y, wide) -> System.arraycopy(wide[0], 0, row, 0, 8));
    assertThat(row).containsExactly(0, 0, 0.5f, 1.5f, 2.5f, 3.5f, 4, 4);
  }
}
