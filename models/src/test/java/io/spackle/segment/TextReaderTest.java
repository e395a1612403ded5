package io.spackle.segment;

import static io.spackle.segment.Segments.block;
import static io.spackle.segment.Segments.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.segment.Segmenter.Answered;
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
  private static final Box WORD = new Box(18, 14, 16, 8);
  private static final Box LINE = new Box(10, 36, 60, 6);
  private static final Box STEEP = new Box(22, 20, 8, 30);
  private static final Box NOTHING = new Box(0, 0, 0, 0);

  private static final Function<RgbImage, List<FloatTensor>> UNUSED = image -> List.of();
  private static final TextReader READER = new TextReader(UNUSED, TextReader.THRESHOLD, true);

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
  void aRegionCountsIfItsLettersCanBeRead() {
    assertThat(isMasked(WORD, reading(0.8, 4))).isTrue();
    assertThat(isMasked(WORD, reading(0.7, 4))).isFalse();
    assertThat(isMasked(WORD, reading(0.99, 0))).as("a star is no letter").isFalse();
  }

  @Test
  void oneOrTwoLettersMustBeSurer() {
    assertThat(isMasked(WORD, reading(0.9, 1))).isFalse();
    assertThat(isMasked(WORD, reading(0.9, 2))).isFalse();
    assertThat(isMasked(WORD, reading(0.9, 3))).isTrue();
    assertThat(isMasked(WORD, reading(0.95, 1))).isTrue();
  }

  @Test
  void aSteepRegionIsReadInBothDirections() {
    FloatTensor unread = reading(0.2, 3);
    assertThat(isMasked(STEEP, unread, reading(0.9, 3))).isTrue();
    assertThat(isMasked(STEEP, reading(0.9, 3), unread)).isTrue();
    assertThat(isMasked(STEEP, unread, unread)).isFalse();
  }

  @Test
  void readingsBelongToRegionsInTheirOrder() {
    List<FloatTensor> answers = answers(WORD, LINE.turned());
    List<FloatTensor> readings = List.of(reading(0.2, 4), reading(0.9, 4));
    assertThat(READER.lines(answers, STROKES)).hasSize(2);
    LabelMap map = READER.read(new Answered(STROKES, answers, readings));
    assertThat(masked(map, WORD)).isZero();
    assertThat(masked(map, LINE)).isPositive();
  }

  @Test
  void aRegionOfTheTurnedImageIsMaskedWhereItIsUpright() {
    Box upwards = new Box(22, 8, 6, 64);
    List<FloatTensor> answers = answers(NOTHING, upwards.turned());
    List<FloatTensor> readings = List.of(reading(0.9, 5), reading(0.1, 5));
    LabelMap map = READER.read(new Answered(STROKES, answers, readings));
    assertThat(masked(map, upwards)).isPositive();
    assertThat(masked(map, new Box(44, 8, 36, 64))).isZero();
  }

  @Test
  void withoutARecogniserEachRegionCounts() {
    TextReader detector = new TextReader(UNUSED, TextReader.THRESHOLD, false);
    List<FloatTensor> answers = answers(WORD, NOTHING);
    assertThat(detector.lines(answers, STROKES)).isEmpty();
    assertThat(masked(detector.read(new Answered(STROKES, answers, List.of())), WORD)).isPositive();
  }

  @Test
  void onlyStrokesAndWhatIsNextToThemAreMasked() {
    LabelMap map = read(LINE, STROKES);
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
    LabelMap map = read(region, image(SIDE, SIDE, Color.GRAY, letter));
    for (int y = 30; y < 46; y++) {
      for (int x = 28; x < 40; x++) {
        assertThat(label(map, x, y)).as("%d, %d", x, y).isOne();
      }
    }
    assertThat(label(map, 60, 38)).isZero();
  }

  private static List<FloatTensor> answers(Box upright, Box turned) {
    return List.of(upright.answer(SIDE), turned.answer(SIDE));
  }

  /** What a recogniser answers: the mean probability of the symbols, and how many are letters. */
  private static FloatTensor reading(double probability, int letters) {
    return FloatTensor.of(new float[] {(float) probability, letters}, 1, 2);
  }

  private static boolean isMasked(Box box, FloatTensor... readings) {
    List<FloatTensor> answers = answers(box, NOTHING);
    return masked(READER.read(new Answered(STROKES, answers, List.of(readings))), box) > 0;
  }

  private static int masked(LabelMap map, Box box) {
    int masked = 0;
    for (int y = box.y(); y < box.y() + box.height(); y++) {
      for (int x = box.x(); x < box.x() + box.width(); x++) {
        masked += label(map, x, y);
      }
    }
    return masked;
  }

  /** What is found in an image where a box can be read. */
  private static LabelMap read(Box box, RgbImage image) {
    return READER.read(new Answered(image, answers(box, NOTHING), List.of(reading(0.99, 9))));
  }

  private static int label(LabelMap map, int x, int y) {
    return map.labels()[y * map.width() + x];
  }
}
