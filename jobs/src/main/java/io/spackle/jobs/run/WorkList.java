package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.spackle.jobs.conf.JobConf.RetryConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.Datasets;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/**
 * The rows that a run has to process, and the older meta rows that theirs replace. Of secrets it
 * has those in locations; it is deleted when the run ends.
 *
 * <p>A row is done if there is a meta row of its key, unless its {@link ChangedInputs} or the
 * {@link RetryRule} for failed rows select it. The meta row of a processed row replaces that one;
 * otherwise it replaces one of the same id whose key no row of the manifest has any more, because
 * prompt, parameters, model or settings have changed. Meta rows whose ids are gone from the
 * manifest stay. So do those of rows that would be new, but are of a file that was {@link
 * RowColumns#SEEN} before.
 *
 * <p>Only keys and ids of manifest and meta rows are compared, and what is done is not written
 * anywhere.
 */
final class WorkList {

  /** The key of the meta row that is replaced. */
  private static final String OLD_KEY = "_spackle_old_key";

  private static final String OLD_ID = "_spackle_old_id";
  private static final String ERROR = "_spackle_error";
  private static final String STATE = "_spackle_state";
  private static final String RANK = "_spackle_rank";
  private static final String FOLDED_ID = KeyedRows.FOLDED_ID;

  private static final StructType NAMES = StructType.fromDDL(RowColumns.OUTPUT_NAME + " string");

  private static final StructType PAIR =
      StructType.fromDDL("%s string, %s string".formatted(RowColumns.KEY, OLD_KEY));

  /** What a row of the manifest and the meta row of its key mean to this run, unless it is done. */
  private enum State {
    /** There is no meta row of its key. */
    NEW,
    /** An input file was replaced since, and the row is processed again. */
    CHANGED,
    /** The row failed and is processed again. */
    RETRY,
    /** The row failed and is not processed again; it is listed to be counted. */
    FAILED
  }

  private final Dataset<Row> listed;
  private final Map<State, Long> counts;
  private final Dataset<Row> pairs;
  private final boolean replaces;

  /**
   * @param listed the rows of the manifest that are not done
   * @param pairs keys of rows whose meta rows replace those of other keys, and these keys
   */
  private WorkList(
      Dataset<Row> listed, Map<State, Long> counts, Dataset<Row> pairs, boolean replaces) {
    this.listed = listed;
    this.counts = counts;
    this.pairs = pairs;
    this.replaces = replaces;
  }

  /**
   * Finds out which rows to process, and stores the list.
   *
   * @param folder of what the run writes for its tasks
   */
  static WorkList write(JobPlan plan, Path folder) throws IOException {
    SparkSession spark = plan.keys().sparkSession();
    Dataset<Row> meta =
        ChangedInputs.mark(
            plan, plan.output().rows(spark, "row_key string, id string, " + RetryRule.COLUMNS));
    SparkSessions.describeJobs(spark, "find the rows to process");
    Dataset<Row> listed =
        Datasets.stored(listed(plan, meta), plan.rows(), new Path(folder, "rows"));
    Map<State, Long> counts = new EnumMap<>(State.class);
    for (Row group : listed.groupBy(STATE).count().collectAsList()) {
      counts.put(State.valueOf(group.getString(0)), group.getLong(1));
    }
    long added = counts.getOrDefault(State.NEW, 0L);
    Dataset<Row> pairs =
        added > 0 && plan.output().hasRows()
            ? Datasets.stored(renamed(plan, listed, added), added, new Path(folder, "renamed"))
            : spark.createDataFrame(List.of(), PAIR);
    boolean replaces =
        counts.containsKey(State.CHANGED) || counts.containsKey(State.RETRY) || !pairs.isEmpty();
    return new WorkList(listed, counts, pairs, replaces);
  }

  /** The number of rows to process. */
  long count() {
    return count(State.NEW) + count(State.CHANGED) + count(State.RETRY);
  }

  /** Whether any of their meta rows replaces an older one. */
  boolean replaces() {
    return replaces;
  }

  /** The number of rows that failed in earlier runs and are processed again. */
  long retriedCount() {
    return count(State.RETRY);
  }

  /** The number of rows whose input files were replaced, and that are processed again. */
  long changedCount() {
    return count(State.CHANGED);
  }

  /** The failed rows of earlier runs that are not processed again. */
  Failures failedBefore() {
    return count(State.FAILED) == 0
        ? Failures.NONE
        : Failures.of(
            listed
                .where(is(State.FAILED))
                .select(
                    col(OLD_ID).as(Failures.ID),
                    col(ERROR).getField("code").as(Failures.CODE),
                    col(ERROR).getField("message").as(Failures.MESSAGE),
                    lit(false).as(Failures.BY_ITSELF)));
  }

  /**
   * The rows to process, with all columns of the manifest, and the keys of the meta rows that
   * theirs replace.
   *
   * @param manifest all rows
   */
  Dataset<Row> rows(Dataset<Row> manifest, String digest) {
    Column replaced = when(isAgain(), col(RowColumns.KEY)).otherwise(col(OLD_KEY));
    Dataset<Row> chosen =
        listed
            .where(is(State.FAILED).equalTo(false))
            .drop(OLD_KEY)
            .join(Datasets.hinted(pairs, count()), new String[] {RowColumns.KEY}, "left")
            .withColumn(RowColumns.REPLACES, replaced)
            .drop(RowColumns.ID, RowColumns.WEBHOOK, RowColumns.SEEN, FOLDED_ID)
            .drop(STATE, OLD_KEY, OLD_ID, ERROR);
    return KeyedRows.chosen(manifest, digest, Datasets.hinted(chosen, count()));
  }

  /** What the images of the rows are called; nothing if they are called after the ids. */
  Dataset<Row> names() {
    boolean hasNames = RowColumns.has(listed.schema(), RowColumns.OUTPUT_NAME);
    return hasNames
        ? listed.select(RowColumns.OUTPUT_NAME).where(col(RowColumns.OUTPUT_NAME).isNotNull())
        : listed.sparkSession().createDataFrame(List.of(), NAMES);
  }

  private long count(State state) {
    return counts.getOrDefault(state, 0L);
  }

  /** Rows of the manifest with the meta rows of their keys, and their state; not what is done. */
  private static Dataset<Row> listed(JobPlan plan, Dataset<Row> meta) {
    Dataset<Row> keys = plan.keys();
    RetryConf retries = plan.conf().output().rows().retries();
    Dataset<Row> old =
        meta.select(
            col(MetaRow.ROW_KEY).as(OLD_KEY),
            col("id").as(OLD_ID),
            col("error").as(ERROR),
            col(ChangedInputs.CHANGED),
            when(
                    col(ChangedInputs.CHANGED).isNull().and(RetryRule.selects(retries)),
                    RetryRule.RUNS)
                .as(RowColumns.EARLIER_RUNS));
    if (Datasets.areFew(plan.rows())) {
      Dataset<Row> known = keys.select(col(RowColumns.KEY).as(MetaRow.ROW_KEY));
      old = old.join(broadcast(known), col(OLD_KEY).equalTo(col(MetaRow.ROW_KEY)), "left_semi");
    }
    Column isAdded =
        RowColumns.has(keys.schema(), RowColumns.SEEN) ? not(col(RowColumns.SEEN)) : lit(true);
    Column state =
        when(col(OLD_KEY).isNull(), when(isAdded, State.NEW.name()))
            .when(col(ChangedInputs.CHANGED), State.CHANGED.name())
            .when(col(RowColumns.EARLIER_RUNS).isNotNull(), State.RETRY.name())
            .when(col(ERROR).isNotNull(), State.FAILED.name());
    return keys.join(old, col(RowColumns.KEY).equalTo(col(OLD_KEY)), "left")
        .withColumn(STATE, state)
        .where(col(STATE).isNotNull())
        .drop(ChangedInputs.CHANGED);
  }

  /** Keys of new rows with a known id, paired with those of obsolete meta rows of that id. */
  private static Dataset<Row> renamed(JobPlan plan, Dataset<Row> listed, long count)
      throws IOException {
    Dataset<Row> rows =
        listed
            .where(is(State.NEW))
            .select(col(FOLDED_ID), col(RowColumns.KEY), col(RowColumns.LINE));
    Dataset<Row> obsolete =
        plan.output()
            .rows(listed.sparkSession(), "row_key string, id string")
            .select(KeyedRows.folded(col("id")).as(FOLDED_ID), col(MetaRow.ROW_KEY).as(OLD_KEY))
            .join(
                Datasets.hinted(rows.select(FOLDED_ID).distinct(), count),
                new String[] {FOLDED_ID},
                "left_semi")
            .join(
                Datasets.hinted(plan.keys().select(RowColumns.KEY), plan.rows()),
                col(OLD_KEY).equalTo(col(RowColumns.KEY)),
                "left_anti");
    return ranked(rows, col(RowColumns.LINE))
        .join(ranked(obsolete, length(col(OLD_KEY)), col(OLD_KEY)), new String[] {FOLDED_ID, RANK})
        .select(RowColumns.KEY, OLD_KEY);
  }

  private static Column isAgain() {
    return is(State.CHANGED).or(is(State.RETRY));
  }

  private static Column is(State state) {
    return col(STATE).equalTo(state.name());
  }

  private static Dataset<Row> ranked(Dataset<Row> rows, Column... order) {
    return rows.withColumn(RANK, row_number().over(Window.partitionBy(FOLDED_ID).orderBy(order)));
  }
}
