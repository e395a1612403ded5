package io.spackle.jobs;

import java.util.List;

/** A job that is refused before any work is done, with every problem found. */
final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /**
   * @param problems each says what was found, what was expected and, where known, in which file and
   *     line; at least one
   */
  RefusedException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  RefusedException(String problem) {
    this(List.of(problem));
  }

  List<String> problems() {
    return problems;
  }
}
