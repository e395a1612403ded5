package io.spackle.jobs.dryrun;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why some rows of a manifest cannot be painted.
 *
 * @param code of {@link io.spackle.row.ErrorCode}
 * @param rows that it concerns
 * @param line of the manifest that holds one of them
 * @param id of that row
 * @param message of that row
 */
record RowProblem(String code, long rows, long line, String id, String message) {

  /** All rows of either. */
  RowProblem plus(RowProblem other) {
    RowProblem first = other.line < line ? other : this;
    return new RowProblem(code, rows + other.rows, first.line, first.id, first.message);
  }

  /** Faults of the same code as one, those of most rows first. */
  static List<RowProblem> merged(List<RowProblem> faults) {
    Map<String, RowProblem> byCode = new LinkedHashMap<>();
    faults.forEach(fault -> byCode.merge(fault.code, fault, RowProblem::plus));
    return byCode.values().stream().sorted((a, b) -> Long.compare(b.rows, a.rows)).toList();
  }

  @Override
  public String toString() {
    return "%s: %d, such as line %d, %s: %s".formatted(code, rows, line, id, message);
  }
}
