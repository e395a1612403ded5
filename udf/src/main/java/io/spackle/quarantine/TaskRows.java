package io.spackle.quarantine;

import java.util.Set;

/**
 * The rows of one task.
 *
 * @param task a name that no task of another run has; letters, digits and hyphens
 * @param keys of the rows
 */
public record TaskRows(String task, Set<String> keys) {

  public TaskRows {
    keys = Set.copyOf(keys);
  }
}
