package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.spackle.jobs.conf.JobConf.RetryConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.MetaFiles;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;

/**
 * The rows that a run has to process, and the older meta rows that theirs replace. The list is
 * stored before the first row is processed, so that neither changes of the manifest nor the run's
 * own results affect it. Of secrets it has those in locations; it is deleted when the run ends.
 *
 * <p>A row is done if there is a meta row of its key, unless its {@link ChangedInputs} or the
 * {@link RetryRule} for failed rows select it. The meta row of a processed row replaces that one;
 * otherwise it replaces one of the same id whose key no row of the manifest has any more, because
 * prompt, parameters, model or settings have changed. Meta rows whose ids are gone from the
 * manifest stay.
 *
 * <p>The manifest and the meta rows, both of which may be large, are read once.
 */
final class WorkList {

  private static final String NEW_KEY = "_spackle_new_key";

  /** The key of the meta row that is replaced. */
  private static final String OLD_KEY = "_spackle_old_key";

  private static final String OLD_ID = "_spackle_old_id";
  private static final String FILE = MetaFiles.REPLACED;
  private static final String ERROR = "_spackle_error";
  private static final String STATE = "_spackle_state";
  private static final String FOLDED_ID = "_spackle_folded_id";
  private static final String RANK = "_spackle_rank";

  /** The stored meta rows that share a file with a replaced one. */
  private static final String KEPT = "kept";

  /** The stored locations of the images of replaced meta rows. */
  private static final String OLD_IMAGES = "old-images";

  private static final String LOCATION = "location";

  private static final StructType NAMES = StructType.fromDDL(RowColumns.OUTPUT_NAME + " string");

  private static final StructType PAIR =
      StructType.fromDDL("%s string, %s string, %s string".formatted(NEW_KEY, OLD_KEY, FILE));

  /** What a row of the manifest and the meta row of its key mean to this run, unless it is done. */
  private enum State {
    /** There is no meta row of its key. */
    NEW,
    /** An input file was replaced since, and the row is processed again. */
    CHANGED,
    /** The row failed and is processed again. */
    RETRY,
    /** The row failed and is not processed again; it is listed to be counted. */
    FAILED,
    /** A meta row whose key no row of the manifest has. */
    OBSOLETE
  }

  private final OutputFolder output;
  private final Path folder;
  private final Dataset<Row> listed;
  private final Map<State, Long> counts;
  private final Dataset<Row> pairs;
  private final Map<String, Long> replaced;

  /**
   * @param listed the full outer join of the manifest's rows and the meta rows by key, without what
   *     is done
   * @param pairs keys of rows whose meta rows replace others, the keys of those, and their files
   * @param replaced number of meta rows to replace by file
   */
  private WorkList(
      OutputFolder output,
      Path folder,
      Dataset<Row> listed,
      Map<State, Long> counts,
      Dataset<Row> pairs,
      Map<String, Long> replaced) {
    this.output = output;
    this.folder = folder;
    this.listed = listed;
    this.counts = counts;
    this.pairs = pairs;
    this.replaced = replaced;
  }

  /**
   * Finds out which rows to process, and stores the list.
   *
   * @param keyed all rows of the manifest
   * @param folder of what the run writes for its tasks
   */
  static WorkList write(Dataset<Row> keyed, JobPlan plan, Path folder) throws IOException {
    SparkSession spark = keyed.sparkSession();
    OutputFolder output = plan.output();
    RetryConf retries = plan.conf().output().rows().retries();
    Dataset<Row> meta =
        ChangedInputs.mark(
            plan, keyed, output.rows(spark, "row_key string, id string, " + RetryRule.COLUMNS));
    SparkSessions.describeJobs(spark, "find the rows to process");
    Dataset<Row> listed = stored(listed(keyed, meta, retries), new Path(folder, "rows"));
    Map<State, Long> counts = new EnumMap<>(State.class);
    counts(listed, STATE).forEach((state, count) -> counts.put(State.valueOf(state), count));
    boolean mayReplace =
        counts.containsKey(State.CHANGED)
            || counts.containsKey(State.RETRY)
            || counts.containsKey(State.NEW) && counts.containsKey(State.OBSOLETE);
    Dataset<Row> pairs =
        mayReplace
            ? stored(again(listed).union(changed(listed)), new Path(folder, "replaced"))
            : spark.createDataFrame(List.of(), PAIR);
    WorkList list = new WorkList(output, folder, listed, counts, pairs, counts(pairs, FILE));
    list.writeKept();
    return list;
  }

  /** The number of rows to process. */
  long count() {
    return count(State.NEW) + count(State.CHANGED) + count(State.RETRY);
  }

  /** The number of those whose meta rows replace older ones. */
  long replacingCount() {
    return replaced.values().stream().mapToLong(Long::longValue).sum();
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

  /** The rows to process whose meta rows are added. */
  Dataset<Row> added() {
    Dataset<Row> rows = rows();
    return rows.join(pairs, rows.col(RowColumns.KEY).equalTo(col(NEW_KEY)), "left_anti");
  }

  /** The rows to process whose meta rows replace others, with {@link MetaFiles#REPLACED}. */
  Dataset<Row> replacing() {
    Dataset<Row> rows = rows();
    return rows.join(pairs.drop(OLD_KEY), rows.col(RowColumns.KEY).equalTo(col(NEW_KEY)))
        .drop(NEW_KEY);
  }

  /** The meta rows that share a file with a replaced one, with the name of that file. */
  Dataset<Row> kept() {
    return listed.sparkSession().read().parquet(new Path(folder, KEPT).toString());
  }

  /** The locations of the images of replaced meta rows. */
  Dataset<Row> replacedImages() {
    SparkSession spark = listed.sparkSession();
    return replaced.isEmpty()
        ? spark.createDataFrame(List.of(), StructType.fromDDL(LOCATION + " string"))
        : spark.read().parquet(new Path(folder, OLD_IMAGES).toString());
  }

  /** What the images of the rows are called; nothing if they are called after the ids. */
  Dataset<Row> names() {
    boolean hasNames = RowColumns.has(listed.schema(), RowColumns.OUTPUT_NAME);
    return hasNames
        ? listed.select(RowColumns.OUTPUT_NAME).where(col(RowColumns.OUTPUT_NAME).isNotNull())
        : listed.sparkSession().createDataFrame(List.of(), NAMES);
  }

  /** The keys of the rows whose meta rows replace others, as {@link MetaRow#ROW_KEY}. */
  Dataset<Row> replacingKeys() {
    return pairs.select(col(NEW_KEY).as(MetaRow.ROW_KEY));
  }

  /** The meta files of which rows are replaced. */
  List<Path> replacedFiles() {
    return replaced.keySet().stream().map(name -> new Path(output.meta(), name)).toList();
  }

  private long count(State state) {
    return counts.getOrDefault(state, 0L);
  }

  private Dataset<Row> rows() {
    return listed.where(is(State.NEW).or(isAgain())).drop(STATE, OLD_KEY, OLD_ID, ERROR, FILE);
  }

  private void writeKept() {
    String[] paths = replacedFiles().stream().map(Path::toString).toArray(String[]::new);
    if (paths.length > 0) {
      Dataset<Row> inFiles =
          OutputFolder.withFile(
              listed.sparkSession().read().option("mergeSchema", "true").parquet(paths));
      Column isOld = col(MetaRow.ROW_KEY).equalTo(col(OLD_KEY));
      stored(inFiles.join(pairs, isOld, "left_anti"), new Path(folder, KEPT));
      Dataset<Row> old = inFiles.join(pairs, isOld, "left_semi");
      stored(old.select(explode(col("output")).as(LOCATION)), new Path(folder, OLD_IMAGES));
    }
  }

  /** Rows of the manifest joined with meta rows, and their state; without those that are done. */
  private static Dataset<Row> listed(Dataset<Row> keyed, Dataset<Row> meta, RetryConf retries) {
    Dataset<Row> old =
        meta.select(
            col(MetaRow.ROW_KEY).as(OLD_KEY),
            col(RowColumns.ID).as(OLD_ID),
            col("error").as(ERROR),
            col(ChangedInputs.CHANGED),
            when(
                    col(ChangedInputs.CHANGED).isNull().and(RetryRule.selects(retries)),
                    RetryRule.RUNS)
                .as(RowColumns.EARLIER_RUNS),
            col(FILE));
    Column state =
        when(col(RowColumns.KEY).isNull(), State.OBSOLETE.name())
            .when(col(OLD_KEY).isNull(), State.NEW.name())
            .when(col(ChangedInputs.CHANGED), State.CHANGED.name())
            .when(col(RowColumns.EARLIER_RUNS).isNotNull(), State.RETRY.name())
            .when(col(ERROR).isNotNull(), State.FAILED.name());
    return keyed
        .join(old, col(RowColumns.KEY).equalTo(col(OLD_KEY)), "full_outer")
        .withColumn(STATE, state)
        .where(col(STATE).isNotNull())
        .drop(ChangedInputs.CHANGED);
  }

  /** Rows that are processed again, paired with their meta rows. */
  private static Dataset<Row> again(Dataset<Row> listed) {
    return listed.where(isAgain()).select(col(RowColumns.KEY).as(NEW_KEY), col(OLD_KEY), col(FILE));
  }

  /** Rows with a new key and a known id, paired with obsolete meta rows of that id. */
  private static Dataset<Row> changed(Dataset<Row> listed) {
    Dataset<Row> rows =
        listed
            .where(is(State.NEW))
            .select(
                KeyedRows.foldedId(listed).as(FOLDED_ID), col(RowColumns.KEY), col(RowColumns.LINE))
            .where(col(FOLDED_ID).isNotNull());
    Dataset<Row> obsolete =
        listed
            .where(is(State.OBSOLETE))
            .select(col(OLD_ID).as(RowColumns.ID), col(OLD_KEY), col(FILE));
    Dataset<Row> candidates =
        obsolete
            .withColumn(FOLDED_ID, KeyedRows.foldedId(obsolete))
            .join(rows.select(FOLDED_ID), new String[] {FOLDED_ID}, "left_semi");
    return ranked(rows, col(RowColumns.LINE))
        .join(
            ranked(candidates, length(col(OLD_KEY)), col(OLD_KEY)), new String[] {FOLDED_ID, RANK})
        .select(col(RowColumns.KEY).as(NEW_KEY), col(OLD_KEY), col(FILE));
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

  private static Map<String, Long> counts(Dataset<Row> rows, String column) {
    Map<String, Long> counts = new TreeMap<>();
    for (Row group : rows.groupBy(column).count().collectAsList()) {
      counts.put(group.getString(0), group.getLong(1));
    }
    return counts;
  }

  /** Writes rows and returns them as read back, so that they are not computed again. */
  private static Dataset<Row> stored(Dataset<Row> rows, Path path) {
    rows.write().mode(SaveMode.Overwrite).parquet(path.toString());
    return rows.sparkSession().read().schema(rows.schema()).parquet(path.toString());
  }
}
