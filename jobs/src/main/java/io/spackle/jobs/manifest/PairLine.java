package io.spackle.jobs.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A line of a list of pairs: the names of a person and a garment, separated by blanks or a tab.
 *
 * @param problem what is wrong with the line, or null; the names are then null
 */
record PairLine(String person, String garment, String problem) {

  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** A third column, such as the category in the lists of DressCode. */
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /**
   * Parses a line that is not blank. Names may contain blanks: then the line is split where both
   * parts name files.
   */
  static PairLine of(String line, PairFiles persons, PairFiles garments) {
    List<String> cells =
        Stream.of(line.split("\t")).map(String::strip).filter(cell -> !cell.isEmpty()).toList();
    if (cells.size() == 1) {
      cells = cells(line.strip(), persons, garments);
    }
    boolean hasCategory = cells.size() == 3 && NUMBER.matcher(cells.get(2)).matches();
    if (cells.size() != 2 && !hasCategory) {
      return malformed(cells.size() == 1 ? "one name" : cells.size() + " names");
    }
    for (String name : cells.subList(0, 2)) {
      if (List.of(name.split("/", -1)).contains("..")) {
        return new PairLine(null, null, "a name with .. found, one of a file below it expected");
      }
    }
    return new PairLine(cells.get(0), cells.get(1), null);
  }

  private static PairLine malformed(String found) {
    return new PairLine(null, null, found + " found, those of a person and a garment expected");
  }

  private static List<String> cells(String line, PairFiles persons, PairFiles garments) {
    List<String> words = List.of(BLANKS.split(line));
    if (words.size() < 3) {
      return words;
    }
    List<List<String>> splits = new ArrayList<>();
    Matcher blanks = BLANKS.matcher(line);
    while (blanks.find()) {
      List<String> split = List.of(line.substring(0, blanks.start()), line.substring(blanks.end()));
      if (persons.find(split.get(0)).isPresent() && garments.find(split.get(1)).isPresent()) {
        splits.add(split);
      }
    }
    return splits.size() == 1 ? splits.get(0) : words;
  }
}
