package io.spackle.segment;

import static io.spackle.segment.Segments.block;
import static io.spackle.segment.Segments.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.image.RgbImage;
import io.spackle.segment.Quadrilateral.Point;
import io.spackle.tensor.FloatTensor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of text, cut out of images for the recogniser. */
class TextCropTest {

  /** A line of 96 x 24 around the centre of an image of 200 x 200: red, green and blue parts. */
  private static final Consumer<Graphics2D> LINE =
      block(Color.RED, 52, 88, 32, 24)
          .andThen(block(new Color(0, 255, 0), 84, 88, 32, 24))
          .andThen(block(Color.BLUE, 116, 88, 32, 24));

  @Test
  void aLineIsFortyEightPixelsHighBlueFirstAndPaddedWithZeros() {
    FloatTensor line = tensor(0, corners(0, 48, 12)).get(0);
    assertThat(line.shape().axes()).containsExactly(1, 3, 48, 320);
    assertThat(at(line, 20)).containsExactly(-1, -1, 1);
    assertThat(at(line, 170)).containsExactly(1, -1, -1);
    assertThat(at(line, 250)).containsExactly(0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {-40, -20, 30, 44})
  void aTurnedLineIsCutOutUpright(int degrees) {
    for (List<Point> corners : turns(corners(degrees, 48, 12))) {
      List<FloatTensor> lines = tensor(degrees, corners);
      assertThat(lines).hasSize(1);
      assertThat(at(lines.get(0), 20)[2]).isCloseTo(1, within(0.05f));
      assertThat(at(lines.get(0), 170)[0]).isCloseTo(1, within(0.05f));
    }
  }

  @Test
  void aSteepLineIsCutOutInBothDirections() {
    List<FloatTensor> lines = tensor(80, corners(80, 48, 12));
    assertThat(lines).hasSize(2);
    assertThat(List.of(at(lines.get(0), 20)[2] > 0.9, at(lines.get(1), 20)[2] > 0.9))
        .containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aShapeAboutAsHighAsLongIsOneUprightLetter() {
    assertThat(tensor(0, corners(0, 10, 12))).hasSize(1);
    assertThat(tensor(0, corners(0, 10, 18))).hasSize(2);
  }

  @Test
  void ofALongLineTheMiddleIsCutOut() {
    FloatTensor line = tensor(0, corners(0, 90, 1.5)).get(0);
    assertThat(line.shape().axes()).containsExactly(1, 3, 48, 320);
    assertThat(at(line, 5)).as("20 of 180 pixels").containsExactly(-1, 1, -1);
    assertThat(at(line, 315)).containsExactly(-1, 1, -1);
  }

  @Test
  void beyondTheImageItsEdgeIsRepeated() {
    List<Point> corners =
        List.of(new Point(-9, 150), new Point(40, 150), new Point(40, 170), new Point(-9, 170));
    assertThat(at(tensor(0, corners).get(0), 5)).containsExactly(1, 1, 1);
  }

  private static List<FloatTensor> tensor(int degrees, List<Point> corners) {
    RgbImage image =
        image(
            200,
            200,
            Color.WHITE,
            graphics -> {
              graphics.transform(
                  AffineTransform.getRotateInstance(Math.toRadians(degrees), 100, 100));
              LINE.accept(graphics);
            });
    return TextCrop.of(corners).stream().map(crop -> crop.tensor(image)).toList();
  }

  /** A rectangle around the centre of the image, by halves of its sides. */
  private static List<Point> corners(int degrees, double halfLength, double halfHeight) {
    double radians = Math.toRadians(degrees);
    Point along = new Point(Math.cos(radians), Math.sin(radians));
    return new Quadrilateral(100, 100, along, 2 * halfLength, 2 * halfHeight).corners(1, 1);
  }

  /** The same outline from each of its corners on. */
  private static List<List<Point>> turns(List<Point> corners) {
    List<List<Point>> turns = new ArrayList<>();
    for (int i = 0; i < corners.size(); i++) {
      List<Point> turned = new ArrayList<>(corners);
      Collections.rotate(turned, i);
      turns.add(turned);
    }
    return turns;
  }

  /** Blue, green and red in the middle of a column. */
  private static float[] at(FloatTensor line, int column) {
    int width = line.shape().axis(3);
    int area = 48 * width;
    int at = 24 * width + column;
    return new float[] {line.data()[at], line.data()[area + at], line.data()[2 * area + at]};
  }
}
