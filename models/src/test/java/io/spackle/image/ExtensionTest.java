package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.image.ImageException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The canvas grows as asked for, and never shrinks. */
class ExtensionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1:1 | 881 | 503 | 881 x 881 at 0, 189",
        "1:1 top | 881 | 503 | 881 x 881 at 0, 0",
        "1:1 bottom-right | 881 | 503 | 881 x 881 at 0, 378",
        "1:1 | 300 | 900 | 900 x 900 at 300, 0",
        "1:1 right | 300 | 900 | 900 x 900 at 600, 0",
        "4:5 | 881 | 503 | 881 x 1101 at 0, 299",
        "4:5 | 100 | 300 | 240 x 300 at 70, 0",
        "1.91:1 | 1000 | 1000 | 1910 x 1000 at 455, 0",
        "0.8:1 | 881 | 503 | 881 x 1101 at 0, 299",
        "1024x768 | 881 | 503 | 1024 x 768 at 71, 132",
        "1024x768 top-left | 881 | 503 | 1024 x 768 at 0, 0",
        "1024 X 768 centre | 881 | 503 | 1024 x 768 at 71, 132",
        "1024×768 left | 881 | 503 | 1024 x 768 at 0, 132",
        "left=64 | 100 | 50 | 164 x 50 at 64, 0",
        "left=1, top=2, right=3, bottom=4 | 100 | 50 | 104 x 56 at 1, 2",
        "RIGHT = 8; bottom=2 | 100 | 50 | 108 x 52 at 0, 0",
        "top=3 left=5 | 100 | 50 | 105 x 53 at 5, 3"
      })
  void canvasGrowsAsAskedFor(String text, int width, int height, String expected) {
    assertThat(described(Extension.of(text).canvas(width, height))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"16:9", "1:1", "3:2 left", "4:5", "9:16 bottom", "1:100", "100:1"})
  void anAspectOnlyGrowsOneSide(String text) {
    for (int width : new int[] {1, 7, 96, 881, 1001}) {
      for (int height : new int[] {1, 5, 96, 503, 1000}) {
        Canvas canvas = Extension.of(text).canvas(width, height);
        assertThat(canvas.width()).isGreaterThanOrEqualTo(width);
        assertThat(canvas.height()).isGreaterThanOrEqualTo(height);
        assertThat(canvas.width() == width || canvas.height() == height).isTrue();
      }
    }
  }

  @Test
  void anImageThatHasTheAspectOrSizeIsNotExtended() {
    assertThat(Extension.of("1:1").canvas(503, 503).isUnchanged()).isTrue();
    assertThat(Extension.of("16:9").canvas(1920, 1080).isUnchanged()).isTrue();
    assertThat(Extension.of("4:5").canvas(881, 1101).isUnchanged()).isTrue(); // as exact as it gets
    assertThat(Extension.of("64x48").canvas(64, 48).isUnchanged()).isTrue();
    assertThat(Extension.of("left=0").canvas(64, 48).isUnchanged()).isTrue();
    assertThat(Extension.of("1:1").canvas(503, 504).isUnchanged()).isFalse();
  }

  @Test
  void anImageThatDoesNotFitOnTheSizeIsRefused() {
    assertThatThrownBy(() -> Extension.of("1024x400").canvas(881, 503))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
        .hasMessageStartingWith(
            "a size of 1024 x 400 found, at least the init image's 881 x 503 expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "square",
        "1:0",
        "0:0",
        "0:1",
        "1:101",
        "1:1 middle",
        "1:1:1",
        "-1:1",
        "1024",
        "1024x",
        "0x64",
        "64x40000",
        "left=-3",
        "left=3 left=4",
        "left=3,",
        "left=3 and right=4",
        "left=3right=4",
        "right=40000",
        "middle=3",
        "left=64px",
        "99999999999:1"
      })
  void otherTextsAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Extension.of(text))
        .withMessage(Extension.EXPECTED + " expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"4:5", "1.91:1 top-left", "1024x768 right", "left=1, bottom=4", "left=0", "1:1"})
  void theTextFormIsRead(String text) {
    assertThat(Extension.of(text)).hasToString(text);
    assertThat(Extension.of(" " + text.toUpperCase(java.util.Locale.ROOT) + " ")).hasToString(text);
  }

  private static String described(Canvas canvas) {
    return "%d x %d at %d, %d"
        .formatted(canvas.width(), canvas.height(), canvas.image().left(), canvas.image().top());
  }
}
