package io.spackle.jobs;

import java.util.List;
import java.util.stream.Stream;

/** What a command prints when it is refused. */
final class Refusal {

  private Refusal() {}

  /**
   * The lines of the message.
   *
   * @param consequence such as "nothing was done"
   */
  static List<String> lines(String consequence, List<String> problems) {
    return Stream.concat(
            Stream.of("Refused, " + consequence + ":"),
            problems.stream().map(problem -> "  - " + problem))
        .toList();
  }
}
