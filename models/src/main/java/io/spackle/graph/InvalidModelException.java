package io.spackle.graph;

import java.util.List;

/** A model folder that is refused, with every problem found in it. */
public final class InvalidModelException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /**
   * @param folder what was opened
   * @param problems each says what was found, what was expected and what to do; at least one
   */
  public InvalidModelException(String folder, List<String> problems) {
    super("model folder " + folder + " is refused: " + String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
