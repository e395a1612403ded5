package io.spackle.jobs.dryrun;

import io.spackle.jobs.driver.JobDescriptions;
import io.spackle.jobs.run.JobPlan;
import io.spackle.task.TrialRun;
import io.spackle.task.WorkShape;
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
public record TrialResult(List<Pass> passes) {

  /** Nothing was tried. */
  public static final TrialResult NOTHING = new TrialResult(List.of());

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
      RowProblem fault,
      WorkShape shape,
      int images,
      double modelSeconds,
      double fetchSeconds,
      String note) {}

  /** Fetches, decodes and frames some rows of a job. */
  public static TrialResult look(SparkSession spark, JobPlan plan, int rows) throws IOException {
    return of(spark, plan, rows, TrialRun.framing(plan.settings()), "look at");
  }

  /** Paints some rows of a job, once to warm up and once more. */
  public static TrialResult paint(SparkSession spark, JobPlan plan, int rows) throws IOException {
    return of(spark, plan, rows, TrialRun.generating(plan.settings()), "paint");
  }

  private static TrialResult of(
      SparkSession spark, JobPlan plan, int rows, TrialRun rehearsal, String what)
      throws IOException {
    var sample = ManifestSurvey.sample(spark, plan, rows);
    JobDescriptions.describe(spark, what + " " + rows + " rows to try them");
    List<Row> told = sample.mapPartitions(rehearsal, Encoders.row(TrialRun.SCHEMA)).collectAsList();
    Map<Integer, List<Row>> byPass =
        told.stream().collect(Collectors.groupingBy(row -> row.getAs("pass")));
    return new TrialResult(byPass.values().stream().map(TrialResult::pass).toList());
  }

  public boolean isEmpty() {
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
  List<RowProblem> faults() {
    return isEmpty()
        ? List.of()
        : RowProblem.merged(
            warm().results().stream().map(Result::fault).filter(fault -> fault != null).toList());
  }

  /** How many failed. */
  long failed() {
    return faults().stream().mapToLong(RowProblem::rows).sum();
  }

  /** How many rows have something that their owner should know. */
  long noted(String note) {
    return isEmpty()
        ? 0
        : warm().results().stream().filter(result -> result.note().contains(note)).count();
  }

  /** Images painted. */
  long images() {
    return isEmpty() ? 0 : (long) warm().sum(Result::images);
  }

  private static Pass pass(List<Row> rows) {
    return new Pass(
        rows.get(0).getAs("pass_seconds"), rows.stream().map(TrialResult::result).toList());
  }

  private static Result result(Row row) {
    String code = row.getAs("code");
    return new Result(
        code == null
            ? null
            : new RowProblem(code, 1, row.getAs("line"), row.getAs("id"), row.getAs("message")),
        code == null ? WorkShape.of(row) : null,
        row.getAs("images"),
        row.getAs("model_seconds"),
        row.getAs("fetch_seconds"),
        row.getAs("notes"));
  }
}
