package io.spackle.graph;

import java.util.List;

/** Thrown for an invalid model folder, with all problems found in it. */
public final class InvalidModelException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /**
   * @param folder the folder that was opened
   * @param problems at least one; each says what was found, what was expected and what to do
   */
  public InvalidModelException(String folder, List<String> problems) {
    super("invalid model folder " + folder + ": " + String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
