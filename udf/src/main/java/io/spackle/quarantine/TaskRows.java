package io.spackle.quarantine;

import java.util.List;

/**
 * The rows of one task.
 *
 * @param task a name that no task of another run has; letters, digits and hyphens
 * @param keys of the rows, in the order in which they are processed
 */
public record TaskRows(String task, List<String> keys) {

  public TaskRows {
    keys = List.copyOf(keys);
  }
}
