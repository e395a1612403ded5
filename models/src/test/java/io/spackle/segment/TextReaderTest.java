package io.spackle.segment;

import static io.spackle.segment.Segments.block;
import static io.spackle.segment.Segments.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which regions of a detector's answers count as text, and which of their pixels are masked. */
class TextReaderTest {

  private static final int SIDE = 80;
  private static final Box WORD = new Box(18, 34, 16, 8);
  private static final Box LINE = new Box(10, 36, 60, 6);
  private static final Box NOTHING = new Box(0, 0, 0, 0);

  /** Strokes of four pixels, twenty apart, all over the image. */
  private static final RgbImage STROKES =
      image(
          SIDE,
          SIDE,
          Color.WHITE,
          graphics -> {
            for (int x = 0; x < SIDE; x += 24) {
              block(Color.BLACK, x, 0, 4, SIDE).accept(graphics);
            }
          });

  /** A rectangle of probability 1 in an answer, in pixels of the image. */
  private record Box(int x, int y, int width, int height) {

    FloatTensor answer(int side) {
      float[] values = new float[side * side];
      values[0] = 0.1f; // no plane is constant
      for (int i = 0; i < values.length; i++) {
        double column = (i % side + 0.5) * SIDE / side - x;
        double row = (i / side + 0.5) * SIDE / side - y;
        if (column >= 0 && column < width && row >= 0 && row < height) {
          values[i] = 0.99f;
        }
      }
      return FloatTensor.of(values, 1, 1, side, side);
    }

    /** The same part of the image turned by a quarter to the left. */
    Box turned() {
      return new Box(y, SIDE - x - width, height, width);
    }
  }

  @Test
  void aRegionOfTheEnlargedImageCountsIfTheSmallerOneShowsItToo() {
    assertThat(isMasked(answers(WORD, NOTHING, WORD), WORD)).isTrue();
    assertThat(isMasked(answers(WORD, NOTHING, new Box(2, 2, 16, 8)), WORD)).isFalse();
  }

  @Test
  void aLineCountsAtOneSizeAlone() {
    assertThat(isMasked(answers(LINE, NOTHING, NOTHING), LINE)).isTrue();
  }

  @Test
  void anImageThatIsNotEnlargedNeedsNoSecondSize() {
    List<FloatTensor> answers = List.of(WORD.answer(SIDE), NOTHING.answer(SIDE));
    assertThat(isMasked(answers, WORD)).isTrue();
  }

  @Test
  void aLineOfTheTurnedImageIsMaskedWhereItIsUprightIfAPartOfItIsSeenUprightToo() {
    Box upwards = new Box(22, 8, 6, 64);
    Box part = new Box(22, 50, 6, 6);
    assertThat(isMasked(answers(part, upwards.turned(), NOTHING), upwards)).isTrue();
    assertThat(isMasked(answers(part, upwards.turned(), NOTHING), new Box(44, 8, 36, 64)))
        .isFalse();
    assertThat(isMasked(answers(NOTHING, upwards.turned(), NOTHING), upwards)).isFalse();
    assertThat(isMasked(answers(part, NOTHING, NOTHING), upwards)).isFalse();
  }

  @Test
  void onlyStrokesAndWhatIsNextToThemAreMasked() {
    LabelMap map = read(answers(LINE, NOTHING, LINE), STROKES);
    assertThat(label(map, 24, 39)).isOne();
    assertThat(label(map, 27, 39)).isOne();
    assertThat(label(map, 22, 39)).as("the soft edge").isOne();
    assertThat(label(map, 38, 39)).as("the gap between two strokes").isZero();
    assertThat(label(map, 25, 10)).as("a stroke outside the region").isZero();
  }

  @Test
  void broadStrokesAreFilledAndSoAreOutlinesOfAnotherColour() {
    Consumer<Graphics2D> letter =
        block(Color.DARK_GRAY, 28, 30, 12, 16).andThen(block(Color.YELLOW, 30, 32, 8, 12));
    Box region = new Box(10, 26, 60, 24);
    LabelMap map = read(answers(region, NOTHING, region), image(SIDE, SIDE, Color.GRAY, letter));
    for (int y = 30; y < 46; y++) {
      for (int x = 28; x < 40; x++) {
        assertThat(label(map, x, y)).as("%d, %d", x, y).isOne();
      }
    }
    assertThat(label(map, 60, 38)).isZero();
  }

  private static List<FloatTensor> answers(Box upright, Box turned, Box smaller) {
    return List.of(upright.answer(SIDE), turned.answer(SIDE), smaller.answer(SIDE / 2));
  }

  private static boolean isMasked(List<FloatTensor> answers, Box box) {
    LabelMap map = read(answers, STROKES);
    int masked = 0;
    for (int y = box.y(); y < box.y() + box.height(); y++) {
      for (int x = box.x(); x < box.x() + box.width(); x++) {
        masked += label(map, x, y);
      }
    }
    return masked > 0;
  }

  private static LabelMap read(List<FloatTensor> answers, RgbImage image) {
    Function<RgbImage, List<FloatTensor>> unused = any -> List.of();
    return new TextReader(unused, TextReader.THRESHOLD).read(answers, image);
  }

  private static int label(LabelMap map, int x, int y) {
    return map.labels()[y * map.width() + x];
  }
}
