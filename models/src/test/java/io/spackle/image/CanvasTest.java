package io.spackle.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** What is masked, and what a canvas shows, where it extends beyond its image. */
class CanvasTest {

  @Test
  void theMaskIsWhatIsNewAndAnInsetAlongTheJoin() {
    Canvas canvas = Extension.of("left=3, bottom=1").canvas(12, 8);
    assertThat(rows(canvas.mask(2)))
        .containsExactly(
            "#####..........",
            "#####..........",
            "#####..........",
            "#####..........",
            "#####..........",
            "#####..........",
            "###############",
            "###############",
            "###############");
  }

  @Test
  void anUnchangedCanvasMasksNothing() {
    assertThat(Extension.of("1:1").canvas(9, 9).mask(4).isBlank()).isTrue();
  }

  @Test
  void anInsetLeavesHalfOfASmallImage() {
    Canvas canvas = Extension.of("left=2, right=2").canvas(8, 3);
    assertThat(rows(canvas.mask(100))).containsOnly("####....####");
    Canvas dot = Extension.of("left=1, top=1, right=1, bottom=1").canvas(1, 1);
    assertThat(rows(dot.mask(4))).containsExactly("###", "#.#", "###");
  }

  @Test
  void mirroredImagesHaveMirroredMasks() {
    Mask left = Extension.of("left=17, top=3").canvas(41, 23).mask(4);
    Mask right = Extension.of("right=17, top=3").canvas(41, 23).mask(4);
    assertThat(rows(right)).isEqualTo(rows(left).stream().map(CanvasTest::reversed).toList());
  }

  @Test
  void whatIsNewRepeatsTheEdges() {
    Plane image = new Plane(4, 2, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    Plane extended = Extension.of("left=2, right=1, bottom=1").canvas(4, 2).extend(image, 0);
    assertThat(extended.data())
        .containsExactly(1, 1, 1, 2, 3, 4, 4, 5, 5, 5, 6, 7, 8, 8, 5, 5, 5, 6, 7, 8, 8);
  }

  @Test
  void anInsetHidesTheFrameOfAnImage() {
    Plane image = new Plane(4, 1, 1, new byte[] {9, 2, 3, 9});
    assertThat(Extension.of("left=2").canvas(4, 1).extend(image, 1).data())
        .containsExactly(2, 2, 2, 2, 3, 9);
  }

  @Test
  void pixelsOfSeveralBytesStayTogether() {
    Plane image = new Plane(1, 1, 3, new byte[] {1, 2, 3});
    assertThat(Extension.of("right=1").canvas(1, 1).extend(image, 0).data())
        .containsExactly(1, 2, 3, 1, 2, 3);
  }

  @Test
  void anImageOfAnotherSizeIsRefused() {
    Canvas canvas = Extension.of("left=1").canvas(4, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> canvas.place(new Mask(4, 3, new byte[12])))
        .withMessage("an image of 4 x 3 pixels, expected 4 x 4, its place on the canvas");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Canvas(4, 4, new Region(1, 0, 5, 4)))
        .withMessageEndingWith("on a canvas of 4 x 4, expected within it");
  }

  private static java.util.List<String> rows(Mask mask) {
    return java.util.stream.IntStream.range(0, mask.height())
        .mapToObj(
            y -> {
              StringBuilder row = new StringBuilder();
              for (int x = 0; x < mask.width(); x++) {
                row.append(mask.isMasked(x, y) ? '#' : '.');
              }
              return row.toString();
            })
        .toList();
  }

  private static String reversed(String row) {
    return new StringBuilder(row).reverse().toString();
  }
}
