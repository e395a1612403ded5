package io.spackle.jobs.table;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The settings of a table that is kept equal to the meta rows.
 *
 * @param name catalog, databases and table
 * @param interval minimum time between two commits
 */
public record TableSettings(List<String> name, TableFormat format, Duration interval) {

  String catalog() {
    return name.get(0);
  }

  /** The name as Spark SQL reads it, each part quoted. */
  String quoted() {
    return name.stream()
        .map(part -> '`' + part.replace("`", "``") + '`')
        .collect(Collectors.joining("."));
  }
}
