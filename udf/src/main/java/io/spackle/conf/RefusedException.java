package io.spackle.conf;

import java.util.List;

/** The refusal of a job before it starts, with every problem found. */
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /**
   * @param problems each says what was found, what was expected and, where known, in which file and
   *     line; at least one
   */
  public RefusedException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  public RefusedException(String problem) {
    this(List.of(problem));
  }

  /** The problems, each with what was found and what was expected. */
  public List<String> problems() {
    return problems;
  }
}
