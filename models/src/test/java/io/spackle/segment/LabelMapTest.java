package io.spackle.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.Mask;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made of the classes that are found. Letters are classes, dots the background. */
class LabelMapTest {

  private static final List<String> CLASSES = List.of("background", "shirt", "trousers", "hands");

  private static final LabelMap PERSON =
      map(
          "..........", //
          "..sss..s..",
          "..shs.....",
          "..ttt.....",
          "..........");

  @Test
  void theMaskIsTheUnionOfClasses() {
    assertMask(
        PERSON.mask(SegmentRule.of(List.of("shirt", "trousers"))),
        "..........", //
        "..###..#..",
        "..#.#.....",
        "..###.....",
        "..........");
  }

  @Test
  void ofSeveralRegionsTheLargestIsMasked() {
    assertMask(
        PERSON.mask(rule(new Selection(Selection.Mode.LARGEST, 0, 0))),
        "..........", //
        "..###.....",
        "..#.#.....",
        "..........",
        "..........");
  }

  @Test
  void orTheNearestToAPoint() {
    assertMask(
        PERSON.mask(rule(new Selection(Selection.Mode.NEAREST, 1, 0))),
        "..........", //
        ".......#..",
        "..........",
        "..........",
        "..........");
  }

  @Test
  void keptClassesAreCutOutAfterTheMaskHasGrown() {
    SegmentRule rule =
        new SegmentRule(
            List.of("shirt"),
            new Grow(1, false),
            Map.of(),
            List.of("hands"),
            new Selection(Selection.Mode.LARGEST, 0, 0));
    assertMask(
        PERSON.mask(rule),
        "..###.....", //
        ".#####....",
        ".##.##....",
        "..#.#.....",
        "..........");
  }

  @Test
  void eachClassMayGrowByItsOwnAmount() {
    SegmentRule rule =
        new SegmentRule(
            List.of("shirt", "trousers"),
            Grow.NONE,
            Map.of("Trousers", new Grow(0.2, true)), // of a shorter side of 5 pixels
            List.of(),
            Selection.ALL);
    assertMask(
        PERSON.mask(rule),
        "..........", //
        "..###..#..",
        "..###.....",
        ".#####....",
        "..###.....");
  }

  @Test
  void aNegativeAmountShrinks() {
    SegmentRule rule =
        new SegmentRule(
            List.of("shirt", "trousers", "hands"),
            new Grow(-1, false),
            Map.of(),
            List.of(),
            Selection.ALL);
    assertMask(
        PERSON.mask(rule),
        "..........", //
        "..........",
        "...#......",
        "..........",
        "..........");
  }

  @Test
  void theBackgroundOfNothingIsNothing() {
    assertThat(map("....").mask(SegmentRule.of(List.of("background"))).isBlank()).isTrue();
    assertMask(map(".s..").mask(SegmentRule.of(List.of("background"))), "#.##");
  }

  @Test
  void regionsThatTouchAtACornerAreOne() {
    List<Components.Component> regions =
        Components.of(
            map(
                    "s..s", //
                    ".ss.", "....", "s.ss")
                .mask(SegmentRule.of(List.of("shirt"))));
    assertThat(regions.stream().map(Components.Component::area).toList())
        .containsExactlyInAnyOrder(4, 1, 2);
  }

  private static SegmentRule rule(Selection selection) {
    return new SegmentRule(List.of("shirt"), Grow.NONE, Map.of(), List.of(), selection);
  }

  private static LabelMap map(String... rows) {
    byte[] labels = new byte[rows.length * rows[0].length()];
    String all = String.join("", rows);
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) ".sth".indexOf(all.charAt(i));
    }
    return new LabelMap(rows[0].length(), rows.length, CLASSES, labels);
  }

  private static void assertMask(Mask mask, String... rows) {
    StringBuilder found = new StringBuilder();
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        found.append(mask.isMasked(x, y) ? '#' : '.');
      }
      found.append('\n');
    }
    assertThat(found.toString()).isEqualTo(String.join("\n", rows) + "\n");
  }
}
