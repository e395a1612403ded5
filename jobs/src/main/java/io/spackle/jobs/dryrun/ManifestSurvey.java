package io.spackle.jobs.dryrun;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.StagedRows;
import io.spackle.jobs.run.ChangedInputs;
import io.spackle.jobs.run.JobPlan;
import io.spackle.jobs.run.RetryRule;
import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.RowValidation;
import io.spackle.task.WorkShape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The rows of a manifest, each of them validated and counted by what a run would do with it.
 *
 * @param groups rows with equal state, error code and shape
 */
public record ManifestSurvey(List<Group> groups) {

  /** The number of groups that are kept; further ones, with the fewest rows, are dropped. */
  private static final int MAX_GROUPS = 10_000;

  private static final String OLD_KEY = "_spackle_old_key";

  /** The result of earlier runs for a row. */
  enum State {
    /** Not processed yet. */
    NEW,
    /** Processed, but an input file was replaced since: will be processed again. */
    CHANGED,
    /** Failed, and will be processed again. */
    RETRY,
    /** Failed, and will not be processed again. */
    FAILED,
    DONE;

    /** Whether a run would process the row. */
    boolean isToProcess() {
      return this == NEW || this == CHANGED || this == RETRY;
    }
  }

  /**
   * Rows of one kind.
   *
   * @param problem why they would fail, or null
   * @param shape of their work, or null if they would fail
   * @param images number of all their samples
   */
  record Group(State state, Problem problem, WorkShape shape, long rows, long images) {

    boolean isToProcess() {
      return state.isToProcess();
    }

    /** Whether a run would process the rows, as far as known with success. */
    boolean isValid() {
      return isToProcess() && problem == null;
    }
  }

  /**
   * Why some rows of a manifest would fail, with one of them as an example.
   *
   * @param code of {@link ErrorCode}
   * @param rows number of rows
   * @param line of the example
   * @param id of the example
   * @param message of the example
   */
  record Problem(String code, long rows, long line, String id, String message) {

    private Problem plus(Problem other) {
      Problem first = other.line < line ? other : this;
      return new Problem(code, rows + other.rows, first.line, first.id, first.message);
    }

    /** Merges problems of the same code; those with the most rows come first. */
    static List<Problem> merged(List<Problem> problems) {
      Map<String, Problem> byCode = new LinkedHashMap<>();
      problems.forEach(problem -> byCode.merge(problem.code, problem, Problem::plus));
      return byCode.values().stream().sorted((a, b) -> Long.compare(b.rows, a.rows)).toList();
    }

    @Override
    public String toString() {
      return "%s: %d, such as line %d, %s: %s".formatted(code, rows, line, id, message);
    }
  }

  /** Validates and counts the rows of a job. */
  public static ManifestSurvey of(SparkSession spark, JobPlan plan) throws IOException {
    SparkSessions.describeJobs(spark, "check the rows of the manifest");
    Column[] keys =
        Stream.concat(Stream.of(RowValidation.STATE, "code"), WorkShape.names().stream())
            .map(org.apache.spark.sql.functions::col)
            .toArray(Column[]::new);
    Column example = struct("line", "id", "message");
    List<Row> groups =
        checked(keyed(plan, spark), plan)
            .groupBy(keys)
            .agg(
                count(lit(1)).as("rows"),
                sum("samples").as("images"),
                min_by(example, col("line")).as("example"))
            .orderBy(col("rows").desc())
            .limit(MAX_GROUPS)
            .collectAsList();
    return new ManifestSurvey(groups.stream().map(ManifestSurvey::group).toList());
  }

  /** A pseudo-random sample of the valid rows that a run would process, the same each time. */
  static Dataset<Row> sample(SparkSession spark, JobPlan plan, int rows) throws IOException {
    SparkSessions.describeJobs(spark, "choose " + rows + " rows for a trial");
    Dataset<Row> keyed = keyed(plan, spark);
    Column isToProcess =
        col(RowValidation.STATE).isin(State.NEW.name(), State.CHANGED.name(), State.RETRY.name());
    Object[] lines =
        checked(keyed, plan)
            .where(isToProcess.and(col("code").isNull()))
            .orderBy(xxhash64(col("line")))
            .limit(rows)
            .select("line")
            .as(Encoders.LONG())
            .collectAsList()
            .toArray();
    List<Row> chosen = keyed.where(col(RowColumns.LINE).isin(lines)).collectAsList();
    return spark.createDataFrame(chosen, keyed.schema()).coalesce(1);
  }

  /** The number of rows of the groups that match. */
  long rows(Predicate<Group> predicate) {
    return groups.stream().filter(predicate).mapToLong(Group::rows).sum();
  }

  /** Why rows to process would fail. */
  List<Problem> problems() {
    return Problem.merged(
        groups.stream()
            .filter(group -> group.isToProcess() && group.problem() != null)
            .map(Group::problem)
            .toList());
  }

  /** The groups of valid rows, those with the most rows first. */
  List<Group> valid() {
    return groups.stream().filter(Group::isValid).toList();
  }

  private static Dataset<Row> checked(Dataset<Row> keyed, JobPlan plan) {
    return keyed.mapPartitions(
        new RowValidation(plan.settings()), Encoders.row(RowValidation.SCHEMA));
  }

  /** Adds the key and the state of each row. */
  private static Dataset<Row> keyed(JobPlan plan, SparkSession spark) throws IOException {
    Dataset<Row> keyed = plan.keyedRows();
    if (plan.conf().output().mode() == OutputFolder.Mode.OVERWRITE) {
      return keyed.withColumn(RowValidation.STATE, lit(State.NEW.name()));
    }
    Column earlier =
        when(col(ChangedInputs.CHANGED), State.CHANGED.name())
            .when(RetryRule.selects(plan.conf().output().rows().retries()), State.RETRY.name())
            .when(col("error").isNotNull(), State.FAILED.name())
            .otherwise(State.DONE.name());
    String columns = MetaRow.ROW_KEY + " string, " + RetryRule.COLUMNS;
    Dataset<Row> published =
        ChangedInputs.mark(plan, StagedRows.merged(spark, plan.output(), columns))
            .select(col(MetaRow.ROW_KEY).as(OLD_KEY), earlier.as(RowValidation.STATE));
    return keyed
        .join(published, col(RowColumns.KEY).equalTo(col(OLD_KEY)), "left")
        .withColumn(RowValidation.STATE, coalesce(col(RowValidation.STATE), lit(State.NEW.name())))
        .drop(OLD_KEY);
  }

  private static Group group(Row row) {
    String code = row.getAs("code");
    long rows = row.getAs("rows");
    Row example = row.getAs("example");
    return new Group(
        State.valueOf(row.getAs(RowValidation.STATE)),
        code == null
            ? null
            : new Problem(
                code, rows, example.getLong(0), example.getString(1), example.getString(2)),
        code == null ? WorkShape.of(row) : null,
        rows,
        code == null ? row.<Long>getAs("images") : 0);
  }
}
