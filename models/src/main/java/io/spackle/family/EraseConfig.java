package io.spackle.family;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What {@code erase.json} says of a graph that the graph itself does not tell.
 *
 * @param maskKeeps whether 1 (or 255) in the graph's mask keeps a pixel; otherwise it masks it
 * @param output the range of the pixels that come out, where it is said
 * @param sizeMultiple what sides must be multiples of, where the graph takes any
 */
record EraseConfig(boolean maskKeeps, Optional<Range> output, int sizeMultiple) {

  private static final String MASK = "mask";
  private static final String OUTPUT = "output";
  private static final String SIZE_MULTIPLE = "size_multiple";

  /** LaMa halves its image three times, and most of its kind do no more. */
  private static final int USUAL_MULTIPLE = 8;

  private static final int LARGEST_MULTIPLE = 512;

  /** A range of pixel values, from black to white. */
  enum Range {
    UNIT("0..1", 0, 1),
    BYTE("0..255", 0, 255),
    SIGNED("-1..1", -1, 1);

    private final String text;
    private final float black;
    private final float white;

    Range(String text, float black, float white) {
      this.text = text;
      this.black = black;
      this.white = white;
    }

    /** A value of this range on the scale of -1 to 1. */
    float toSigned(float value) {
      return 2 * ((value - black) / (white - black)) - 1;
    }

    static String texts() {
      return Arrays.stream(values()).map(Range::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
      return '"' + text + '"';
    }
  }

  /**
   * Reads the object in the file.
   *
   * @param problems gets what is wrong with it; the result counts only if there is nothing
   */
  static EraseConfig of(JsonNode json, List<String> problems) {
    Set<String> unknown = new TreeSet<>();
    json.fieldNames().forEachRemaining(unknown::add);
    List.of(MASK, OUTPUT, SIZE_MULTIPLE).forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      problems.add("erase.json: " + unknown + " found, expected mask, output and size_multiple");
    }
    return new EraseConfig(
        maskKeeps(json.path(MASK), problems),
        output(json.path(OUTPUT), problems),
        sizeMultiple(json.path(SIZE_MULTIPLE), problems));
  }

  private static boolean maskKeeps(JsonNode mask, List<String> problems) {
    String text = mask.asText();
    if (!text.equals("keep") && !text.equals("repaint")) {
      problems.add(
          "erase.json: mask is "
              + found(mask)
              + ", expected \"repaint\" or \"keep\", for what 1 or 255 in the mask means to the"
              + " graph");
    }
    return text.equals("keep");
  }

  private static Optional<Range> output(JsonNode output, List<String> problems) {
    Optional<Range> range =
        Arrays.stream(Range.values()).filter(it -> it.text.equals(output.asText())).findFirst();
    if (range.isEmpty() && !output.isMissingNode()) {
      problems.add("erase.json: output is " + found(output) + ", expected one of " + Range.texts());
    }
    return range;
  }

  private static int sizeMultiple(JsonNode multiple, List<String> problems) {
    if (multiple.isMissingNode()) {
      return USUAL_MULTIPLE;
    }
    boolean fits = multiple.isInt() && multiple.asInt() > 0 && multiple.asInt() <= LARGEST_MULTIPLE;
    if (!fits) {
      problems.add(
          "erase.json: size_multiple is %s, expected a whole number from 1 to %d"
              .formatted(multiple, LARGEST_MULTIPLE));
    }
    return multiple.asInt();
  }

  private static String found(JsonNode value) {
    return value.isMissingNode() ? "missing" : value.toString();
  }
}
