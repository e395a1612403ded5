package io.spackle.jobs.dryrun;

import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.dryrun.ManifestSurvey.Problem;
import io.spackle.jobs.run.JobPlan;
import io.spackle.task.TrialRun;
import io.spackle.task.WorkShape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The results of processing a sample of rows without writing anything.
 *
 * @param passes over the sample: the first is cold, the last has the speed of a running job
 */
public record TrialResult(List<Pass> passes) {

  /** The result of no rows. */
  public static final TrialResult EMPTY = new TrialResult(List.of());

  /**
   * One pass over all rows of the sample, processed concurrently.
   *
   * @param seconds from the start of the first row to the end of the last
   */
  record Pass(double seconds, List<Result> results) {

    double sum(ToDoubleFunction<Result> value) {
      return results.stream().mapToDouble(value).sum();
    }
  }

  /**
   * The result of one row.
   *
   * @param problem why it failed, or null
   * @param shape of its work, or null if it failed
   * @param modelSeconds its share of the model's time
   * @param notes such as MASK_EMPTY, or blank
   * @param demand of a row that was framed only, or null if it failed or needs no model
   */
  record Result(
      Problem problem,
      WorkShape shape,
      int images,
      double modelSeconds,
      double fetchSeconds,
      String notes,
      Demand demand) {}

  /**
   * What a row asks of the model.
   *
   * @param images that the model generates
   * @param calls of the network for each
   * @param canvas of the images: those of one canvas share calls
   */
  record Demand(int images, int calls, String canvas) {}

  /** Fetches, decodes and frames a sample of a job's rows. */
  public static TrialResult probe(SparkSession spark, JobPlan plan, int rows) throws IOException {
    return of(spark, plan, rows, TrialRun.framing(plan.settings()), "probe");
  }

  /** Inpaints a sample of a job's rows, once to warm up and once more. */
  public static TrialResult inpaint(SparkSession spark, JobPlan plan, int rows) throws IOException {
    return of(spark, plan, rows, TrialRun.generating(plan.settings()), "inpaint");
  }

  private static TrialResult of(
      SparkSession spark, JobPlan plan, int rows, TrialRun trial, String verb) throws IOException {
    var sample = ManifestSurvey.sample(spark, plan, rows);
    SparkSessions.describeJobs(spark, verb + " " + rows + " rows as a trial");
    List<Row> results = sample.mapPartitions(trial, Encoders.row(TrialRun.SCHEMA)).collectAsList();
    Map<Integer, List<Row>> byPass =
        results.stream().collect(Collectors.groupingBy(row -> row.getAs("pass")));
    return new TrialResult(byPass.values().stream().map(TrialResult::pass).toList());
  }

  /** Whether no rows were requested or found. */
  public boolean isEmpty() {
    return passes.isEmpty();
  }

  /** The first pass, in which the model is opened. */
  Pass cold() {
    return passes.get(0);
  }

  /** The last pass. */
  Pass warm() {
    return passes.get(passes.size() - 1);
  }

  /** The number of rows in the sample. */
  int rows() {
    return isEmpty() ? 0 : warm().results().size();
  }

  /** Why rows failed. */
  List<Problem> problems() {
    return isEmpty()
        ? List.of()
        : Problem.merged(
            warm().results().stream().map(Result::problem).filter(Objects::nonNull).toList());
  }

  /** The number of failed rows. */
  long failed() {
    return problems().stream().mapToLong(Problem::rows).sum();
  }

  /** The number of rows with a note. */
  long rowsWith(String note) {
    return isEmpty()
        ? 0
        : warm().results().stream().filter(result -> result.notes().contains(note)).count();
  }

  /** The number of generated images. */
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
            : new Problem(code, 1, row.getAs("line"), row.getAs("id"), row.getAs("message")),
        code == null ? WorkShape.of(row) : null,
        row.getAs("images"),
        row.getAs("model_seconds"),
        row.getAs("fetch_seconds"),
        row.getAs("notes"),
        demand(row));
  }

  private static Demand demand(Row row) {
    String canvas = row.getAs("canvas");
    return canvas == null
        ? null
        : new Demand(row.getAs("model_images"), row.getAs("calls"), canvas);
  }
}
