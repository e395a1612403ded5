package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import io.spackle.row.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Failed rows by error code.
 *
 * @param codes those with the most rows first
 */
record Failures(List<OfCode> codes) {

  static final Failures NONE = new Failures(List.of());

  /** The columns of failed rows from which failures are counted, and their types. */
  static final String ID = "id";

  static final String CODE = "code";
  static final String MESSAGE = "message";
  static final String BY_ITSELF = "by_itself";

  /** Enough for a location and what is wrong with it. */
  private static final int LONGEST_MESSAGE = 400;

  /**
   * The failed rows of one error code.
   *
   * @param byThemselves number of those that the next run processes again without being asked to
   * @param id of one of them, the example
   * @param message of the example
   */
  record OfCode(String code, long rows, long byThemselves, String id, String message) {

    private OfCode plus(OfCode other) {
      return new OfCode(code, rows + other.rows, byThemselves + other.byThemselves, id, message);
    }
  }

  /** Counts failed rows of {@link #ID}, {@link #CODE}, {@link #MESSAGE}, {@link #BY_ITSELF}. */
  static Failures of(Dataset<Row> failed) {
    List<OfCode> codes = new ArrayList<>();
    for (Row group :
        failed
            .groupBy(CODE)
            .agg(count(lit(1)), count_if(col(BY_ITSELF)), min(struct(ID, MESSAGE)))
            .collectAsList()) {
      Row example = group.getStruct(3);
      codes.add(
          new OfCode(
              group.getString(0),
              group.getLong(1),
              group.getLong(2),
              example.getString(0),
              example.getString(1)));
    }
    return ordered(codes);
  }

  static Failures ordered(List<OfCode> codes) {
    Comparator<OfCode> byRows = Comparator.comparingLong(OfCode::rows).reversed();
    return new Failures(codes.stream().sorted(byRows.thenComparing(OfCode::code)).toList());
  }

  /** These failures and others, with the examples of these. */
  Failures plus(Failures other) {
    Map<String, OfCode> all = new TreeMap<>();
    Stream.of(this, other)
        .flatMap(failures -> failures.codes.stream())
        .forEach(code -> all.merge(code.code(), code, OfCode::plus));
    return ordered(List.copyOf(all.values()));
  }

  /** The number of rows that the next run processes again without being asked to. */
  long byThemselves() {
    return codes.stream().mapToLong(OfCode::byThemselves).sum();
  }

  long rows() {
    return codes.stream().mapToLong(OfCode::rows).sum();
  }

  /** Numbers of rows by code. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    codes.forEach(code -> counts.put(code.code(), code.rows()));
    return counts;
  }

  /** Each code with an example and what to do, line by line; then the options for what stays. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (OfCode code : codes) {
      lines.add(
          "  %s: %d, such as %s: %s"
              .formatted(code.code(), code.rows(), code.id(), shortened(code.message())));
      lines.add("    " + advice(code));
    }
    String staying =
        codes.stream()
            .filter(code -> code.byThemselves() < code.rows())
            .map(OfCode::code)
            .collect(Collectors.joining(","));
    if (!staying.isEmpty()) {
      lines.add(
          "  To process them again unchanged, once the cause is removed: --retry-failed, or --retry-codes "
              + staying);
    }
    return lines;
  }

  private static String advice(OfCode failed) {
    ErrorCode code = ErrorCode.valueOf(failed.code());
    if (code.retry() == ErrorCode.Retry.ON_REQUEST) {
      return code.advice();
    }
    if (failed.byThemselves() == 0) {
      return code.advice() + "; tried in output.max-attempts runs";
    }
    String again = failed.byThemselves() == failed.rows() ? "them" : failed.byThemselves() + "";
    return "%s; the next run processes %s again".formatted(code.advice(), again);
  }

  private static String shortened(String message) {
    String line = message.lines().findFirst().orElse("");
    return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "...";
  }
}
