package io.spackle.segment;

import static io.spackle.segment.Segments.image;
import static io.spackle.segment.Segments.mask;
import static io.spackle.segment.Segments.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.graph.Device;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that {@code builtin:text} finds. */
class TextDetectionIT {

  private static final Color GROUND = new Color(175, 190, 205);
  private static Segmenter detector;

  @BeforeAll
  static void open() {
    detector =
        SegmenterModel.builtIn(SegmenterModel.TEXT, SegmenterOptions.NONE).load(Device.cpu(2));
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  @Test
  void aCaptionIsCoveredAndTheRestIsNot() {
    Consumer<Graphics2D> caption = text(Color.BLACK, "Only 29.99 today", 24, 30, 100);
    assertThat(covered(300, 200, caption)).isGreaterThan(0.98);
    assertThat(find(image(300, 200, GROUND, caption)).coverage()).isLessThan(0.2);
  }

  @ParameterizedTest
  @ValueSource(ints = {30, -20, 90})
  void turnedTextIsCoveredByTurnedRegions(int degrees) {
    Consumer<Graphics2D> turned =
        turned(text(Color.BLACK, "LIMITED OFFER", 26, 60, 160), degrees, 150);
    assertThat(covered(300, 300, turned)).as("%d degrees", degrees).isGreaterThan(0.98);
    // An upright box around text of 200 x 30 pixels, turned by 30 degrees, has 19 % of the image.
    assertThat(find(image(300, 300, GROUND, turned)).coverage()).isLessThan(0.16);
  }

  @Test
  void columnsOfLettersAreFound() {
    Consumer<Graphics2D> column =
        graphics -> {
          String word = "SALE";
          for (int i = 0; i < word.length(); i++) {
            text(Color.BLACK, word.substring(i, i + 1), 36, 130, 60 + 40 * i).accept(graphics);
          }
        };
    assertThat(covered(300, 240, column)).isGreaterThan(0.9);
  }

  @Test
  void aLongStripIsScaledByItsAspectRatioWithinALimit() {
    Consumer<Graphics2D> caption = text(Color.BLACK, "www.shop.example", 32, 700, 42);
    assertThat(covered(1600, 60, caption)).isGreaterThan(0.98);
    Shape shape = detector.inputs(RgbImage.black(1600, 60)).get(0).shape();
    assertThat((double) shape.axis(3) / shape.axis(2)).isCloseTo(1600.0 / 60, within(5.0));
    for (int[] size : new int[][] {{20_000, 50}, {3000, 2000}, {1, 1}, {3, 9000}}) {
      for (FloatTensor input : detector.inputs(RgbImage.black(size[0], size[1]))) {
        int height = input.shape().axis(2);
        int width = input.shape().axis(3);
        assertThat((long) height * width).isLessThan(3_000_000);
        assertThat(height % 32 + width % 32).isZero();
      }
    }
  }

  @Test
  void nothingIsFoundWhereThereIsNoText() {
    assertThat(find(RgbImage.black(200, 150)).isBlank()).isTrue();
    RgbImage gradient =
        image(
            200,
            150,
            GROUND,
            graphics -> {
              for (int x = 0; x < 200; x++) {
                graphics.setColor(new Color(x, 255 - x, 128));
                graphics.fillRect(x, 0, 1, 150);
              }
            });
    assertThat(find(gradient).isBlank()).isTrue();
  }

  private static Mask find(RgbImage image) {
    return mask(detector, image, "text");
  }

  /** The share of the pixels of a text that its mask covers. */
  private static double covered(int width, int height, Consumer<Graphics2D> text) {
    RgbImage image = image(width, height, GROUND, text);
    RgbImage empty = image(width, height, GROUND, graphics -> {});
    Mask mask = find(image);
    int inked = 0;
    int covered = 0;
    for (int i = 0; i < width * height; i++) {
      if (Math.abs((image.pixels()[3 * i] & 0xFF) - (empty.pixels()[3 * i] & 0xFF)) > 40) {
        inked++;
        covered += mask.isMasked(i % width, i / width) ? 1 : 0;
      }
    }
    return (double) covered / inked;
  }

  private static Consumer<Graphics2D> turned(Consumer<Graphics2D> text, int degrees, int centre) {
    return graphics -> {
      graphics.transform(
          AffineTransform.getRotateInstance(Math.toRadians(degrees), centre, centre));
      text.accept(graphics);
    };
  }
}
