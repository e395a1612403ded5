package io.spackle.jobs;

import io.spackle.stage.Rehearsal;
import io.spackle.stage.Shape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What became of some rows that were tried without writing anything.
 *
 * @param passes what became of them in each pass; the last is that of a run in full swing
 */
record Rehearsed(List<Pass> passes) {

  /** Nothing was tried. */
  static final Rehearsed NOTHING = new Rehearsed(List.of());

  /**
   * All rows on their way at once.
   *
   * @param seconds from the first to the last
   */
  record Pass(double seconds, List<Result> results) {

    double sum(ToDoubleFunction<Result> what) {
      return results.stream().mapToDouble(what).sum();
    }
  }

  /**
   * A row's end.
   *
   * @param fault why it failed, or null
   * @param shape what it asked for, or null where it failed
   * @param modelSeconds its share of the model's time
   * @param note such as that its mask is empty, or blank
   */
  record Result(
      Fault fault,
      Shape shape,
      int images,
      double modelSeconds,
      double fetchSeconds,
      String note) {}

  /** Fetches, decodes and frames some rows of a job. */
  static Rehearsed look(SparkSession spark, Plan plan, int rows) throws IOException {
    return of(spark, plan, rows, Rehearsal.looking(plan.settings()), "look at");
  }

  /** Paints some rows of a job, once to warm up and once more. */
  static Rehearsed paint(SparkSession spark, Plan plan, int rows) throws IOException {
    return of(spark, plan, rows, Rehearsal.painting(plan.settings()), "paint");
  }

  private static Rehearsed of(
      SparkSession spark, Plan plan, int rows, Rehearsal rehearsal, String what)
      throws IOException {
    var sample = Survey.sample(spark, plan, rows);
    Jobs.describe(spark, what + " " + rows + " rows to try them");
    List<Row> told =
        sample.mapPartitions(rehearsal, Encoders.row(Rehearsal.SCHEMA)).collectAsList();
    Map<Integer, List<Row>> byPass =
        told.stream().collect(Collectors.groupingBy(row -> row.getAs("pass")));
    return new Rehearsed(byPass.values().stream().map(Rehearsed::pass).toList());
  }

  boolean isEmpty() {
    return passes.isEmpty();
  }

  /** The first pass. */
  Pass cold() {
    return passes.get(0);
  }

  /** The last pass. */
  Pass warm() {
    return passes.get(passes.size() - 1);
  }

  /** How many rows were tried. */
  int rows() {
    return isEmpty() ? 0 : warm().results().size();
  }

  /** Why some failed. */
  List<Fault> faults() {
    return isEmpty()
        ? List.of()
        : Fault.merged(
            warm().results().stream().map(Result::fault).filter(fault -> fault != null).toList());
  }

  /** How many failed. */
  long failed() {
    return faults().stream().mapToLong(Fault::rows).sum();
  }

  /** How many rows have something that their owner should know. */
  long noted(String note) {
    return isEmpty()
        ? 0
        : warm().results().stream().filter(result -> result.note().contains(note)).count();
  }

  /** Pictures painted. */
  long images() {
    return isEmpty() ? 0 : (long) warm().sum(Result::images);
  }

  private static Pass pass(List<Row> rows) {
    return new Pass(
        rows.get(0).getAs("pass_seconds"), rows.stream().map(Rehearsed::result).toList());
  }

  private static Result result(Row row) {
    String code = row.getAs("code");
    return new Result(
        code == null
            ? null
            : new Fault(code, 1, row.getAs("line"), row.getAs("id"), row.getAs("message")),
        code == null ? Shape.of(row) : null,
        row.getAs("images"),
        row.getAs("model_seconds"),
        row.getAs("fetch_seconds"),
        row.getAs("notes"));
  }
}
