package io.spackle.jobs.output;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The manifest of a history: a few rows, whose prompts change now and then. */
final class SimulatedManifest {

  static final int ROWS = 4;

  private final int[] prompts = new int[ROWS];

  /** The keys of the rows, which depend on their prompts. */
  List<String> keys() {
    return IntStream.range(0, ROWS).mapToObj(row -> "row" + row + "_" + prompts[row]).toList();
  }

  /** The row of a key, whatever its prompt. */
  static String row(String key) {
    return key.substring(0, key.indexOf('_'));
  }

  void changePrompt(int row) {
    prompts[row]++;
  }

  @Override
  public String toString() {
    return Arrays.toString(prompts);
  }
}
