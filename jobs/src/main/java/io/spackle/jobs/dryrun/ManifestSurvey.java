package io.spackle.jobs.dryrun;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.spackle.jobs.driver.JobDescriptions;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.OutputMode;
import io.spackle.jobs.run.JobPlan;
import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.task.RowValidation;
import io.spackle.task.WorkShape;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * All rows of a manifest, looked at one by one and counted by what a run would do with them.
 *
 * @param groups rows that have all in common that is counted by
 */
public record ManifestSurvey(List<Group> groups) {

  /** The kinds of rows that are told apart; of more, the rarest are left out. */
  private static final int MOST_GROUPS = 10_000;

  private static final String OLD_KEY = "_spackle_old_key";
  private static final String CODE = "_spackle_code";

  /** What earlier runs made of a row. */
  enum State {
    /** Nothing yet. */
    NEW,
    /** It failed, with a code that is to be tried again. */
    AGAIN,
    /** It failed, and is left at that. */
    FAILED,
    DONE;

    /** Whether a run would work on the row. */
    boolean isToDo() {
      return this == NEW || this == AGAIN;
    }
  }

  /**
   * Rows of one kind.
   *
   * @param fault why they cannot be painted, or null
   * @param shape what they ask for, or null
   * @param images samples of all
   */
  record Group(State state, RowProblem fault, WorkShape shape, long rows, long images) {

    boolean isToDo() {
      return state.isToDo();
    }

    boolean isToPaint() {
      return isToDo() && fault == null;
    }
  }

  /** Looks at the rows of a job. */
  public static ManifestSurvey of(SparkSession spark, JobPlan plan) throws IOException {
    JobDescriptions.describe(spark, "check the rows of the manifest");
    Column[] kinds =
        Stream.concat(Stream.of(RowValidation.STATE, "code"), WorkShape.names().stream())
            .map(org.apache.spark.sql.functions::col)
            .toArray(Column[]::new);
    Column example = struct("line", "id", "message");
    List<Row> groups =
        checked(keyed(plan, spark), plan)
            .groupBy(kinds)
            .agg(
                count(lit(1)).as("rows"),
                sum("samples").as("images"),
                min_by(example, col("line")).as("example"))
            .orderBy(col("rows").desc())
            .limit(MOST_GROUPS)
            .collectAsList();
    return new ManifestSurvey(groups.stream().map(ManifestSurvey::group).toList());
  }

  /**
   * Some rows that can be painted and are to be done, all alike in their chance to be among them
   * and the same each time.
   */
  static Dataset<Row> sample(SparkSession spark, JobPlan plan, int rows) throws IOException {
    JobDescriptions.describe(spark, "choose " + rows + " rows to try");
    Dataset<Row> keyed = keyed(plan, spark);
    Column toDo = col(RowValidation.STATE).isin(State.NEW.name(), State.AGAIN.name());
    Object[] lines =
        checked(keyed, plan)
            .where(toDo.and(col("code").isNull()))
            .orderBy(xxhash64(col("line")))
            .limit(rows)
            .select("line")
            .as(Encoders.LONG())
            .collectAsList()
            .toArray();
    List<Row> chosen = keyed.where(col(RowColumns.LINE).isin(lines)).collectAsList();
    return spark.createDataFrame(chosen, keyed.schema()).coalesce(1);
  }

  /** How many rows fit. */
  long rows(Predicate<Group> which) {
    return groups.stream().filter(which).mapToLong(Group::rows).sum();
  }

  /** Why rows that are to be done cannot be painted. */
  List<RowProblem> faults() {
    return RowProblem.merged(
        groups.stream()
            .filter(group -> group.isToDo() && group.fault() != null)
            .map(Group::fault)
            .toList());
  }

  /** The kinds of rows that are to be painted, those of most rows first. */
  List<Group> toPaint() {
    return groups.stream().filter(Group::isToPaint).toList();
  }

  private static Dataset<Row> checked(Dataset<Row> keyed, JobPlan plan) {
    return keyed.mapPartitions(
        new RowValidation(plan.settings()), Encoders.row(RowValidation.SCHEMA));
  }

  /** The rows with their keys and states. */
  private static Dataset<Row> keyed(JobPlan plan, SparkSession spark) throws IOException {
    Dataset<Row> keyed = KeyedRows.keyed(plan.manifest(), plan.setup().digest());
    if (plan.conf().output().mode() == OutputMode.OVERWRITE) {
      return keyed.withColumn(RowValidation.STATE, lit(State.NEW.name()));
    }
    Dataset<Row> published =
        plan.output()
            .rows(spark, "row_key string, error struct<code: string>")
            .select(col(MetaRow.ROW_KEY).as(OLD_KEY), col("error.code").as(CODE));
    Object[] retried = plan.conf().output().retryCodes().stream().map(ErrorCode::name).toArray();
    Column state =
        when(col(OLD_KEY).isNull(), State.NEW.name())
            .when(col(CODE).isNull(), State.DONE.name())
            .when(col(CODE).isin(retried), State.AGAIN.name())
            .otherwise(State.FAILED.name());
    return keyed
        .join(published, col(RowColumns.KEY).equalTo(col(OLD_KEY)), "left")
        .withColumn(RowValidation.STATE, state)
        .drop(OLD_KEY, CODE);
  }

  private static Group group(Row row) {
    String code = row.getAs("code");
    long rows = row.getAs("rows");
    Row example = row.getAs("example");
    return new Group(
        State.valueOf(row.getAs(RowValidation.STATE)),
        code == null
            ? null
            : new RowProblem(
                code, rows, example.getLong(0), example.getString(1), example.getString(2)),
        code == null ? WorkShape.of(row) : null,
        rows,
        code == null ? row.<Long>getAs("images") : 0);
  }
}
