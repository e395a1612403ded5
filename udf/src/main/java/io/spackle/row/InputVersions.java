package io.spackle.row;

import java.util.Map;

/**
 * The versions of a row's input files, by which a later run finds out whether one was replaced.
 *
 * @param byColumn the version of the file that was fetched for a column of locations; columns
 *     without a file, or with one of unknown version, are absent
 */
public record InputVersions(Map<String, String> byColumn) {

  /** Nothing was fetched. */
  public static final InputVersions NONE = new InputVersions(Map.of());

  public InputVersions {
    byColumn = Map.copyOf(byColumn);
  }

  /** The version of a column's file, or null. */
  String of(String column) {
    return byColumn.get(column);
  }
}
