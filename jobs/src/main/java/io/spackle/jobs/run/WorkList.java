package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.spackle.jobs.driver.JobDescriptions;
import io.spackle.jobs.lease.RunFolder;
import io.spackle.jobs.manifest.KeyedRows;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.TaskPublishProtocol;
import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.Collection;
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
 * The rows that a run has to do, and the meta rows that give way to theirs. Written down in the
 * run's folder before the first is painted, so that neither a manifest that changes nor what the
 * run itself publishes changes it.
 *
 * <p>A row is done if its key has a meta row, unless that failed with a code that is to be tried
 * again. The meta row that a row's own takes the place of is that failed one; else one of the same
 * id whose key no row of the manifest has any more: of that row's former prompt, parameters, model
 * or settings. Meta rows of rows that left the manifest stay.
 *
 * <p>The manifest and the meta rows, both of which may be large, are looked at once.
 */
final class WorkList {

  private static final String OWN_KEY = "_spackle_own_key";

  /** The key of the meta row that gives way. */
  private static final String OLD_KEY = "_spackle_old_key";

  private static final String OLD_ID = "_spackle_old_id";
  private static final String FILE = TaskPublishProtocol.REPLACED;
  private static final String CODE = "_spackle_code";
  private static final String FATE = "_spackle_fate";
  private static final String FOLDED_ID = "_spackle_folded_id";
  private static final String RANK = "_spackle_rank";

  private static final StructType PAIR =
      StructType.fromDDL("%s string, %s string, %s string".formatted(OWN_KEY, OLD_KEY, FILE));

  /** What a row of the manifest and the meta row of its key are to this run, unless it is done. */
  private enum Fate {
    /** There is no such meta row. */
    NEW,
    /** The row failed, and is tried again. */
    AGAIN,
    /** The row failed, and is left at that: written down to be counted. */
    STAYS,
    /** There is no such row of the manifest. */
    STRANGER
  }

  private final OutputFolder output;
  private final RunFolder folder;
  private final Dataset<Row> listed;
  private final Map<Fate, Long> counts;
  private final Dataset<Row> pairs;
  private final Map<String, Long> replaced;

  /**
   * @param listed rows of the manifest and meta rows, side by side where their keys are equal
   * @param pairs keys of the rows whose meta rows replace others, the keys of those, and their
   *     files
   * @param replaced how many meta rows of each file give way
   */
  private WorkList(
      OutputFolder output,
      RunFolder folder,
      Dataset<Row> listed,
      Map<Fate, Long> counts,
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
   * Finds out what is to be done, and writes it down.
   *
   * @param keyed all rows of the manifest
   * @param retried codes of failed rows that are to be tried again
   */
  static WorkList write(
      Dataset<Row> keyed, OutputFolder output, RunFolder folder, Collection<ErrorCode> retried)
      throws IOException {
    SparkSession spark = keyed.sparkSession();
    JobDescriptions.describe(spark, "find the rows that are left");
    Dataset<Row> meta = output.rows(spark, "row_key string, id string, error struct<code: string>");
    Dataset<Row> listed = stored(listed(keyed, meta, retried), folder.rows());
    Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    counts(listed, FATE).forEach((fate, count) -> counts.put(Fate.valueOf(fate), count));
    boolean mayReplace =
        counts.containsKey(Fate.AGAIN)
            || counts.containsKey(Fate.NEW) && counts.containsKey(Fate.STRANGER);
    Dataset<Row> pairs =
        mayReplace
            ? stored(again(listed).union(changed(listed)), folder.replaced())
            : spark.createDataFrame(List.of(), PAIR);
    WorkList list = new WorkList(output, folder, listed, counts, pairs, counts(pairs, FILE));
    list.writeKept();
    return list;
  }

  /** How many rows are to be done. */
  long count() {
    return count(Fate.NEW) + count(Fate.AGAIN);
  }

  /** How many of them replace the meta rows of others. */
  long replacingCount() {
    return replaced.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many rows of the manifest stay failed as they are. */
  long skippedFailures() {
    return count(Fate.STAYS);
  }

  /** The rows whose meta rows are added. */
  Dataset<Row> added() {
    Dataset<Row> rows = rows();
    return rows.join(pairs, rows.col(RowColumns.KEY).equalTo(col(OWN_KEY)), "left_anti");
  }

  /** The rows whose meta rows replace others, with {@link TaskPublishProtocol#REPLACED}. */
  Dataset<Row> replacing() {
    Dataset<Row> rows = rows();
    return rows.join(pairs.drop(OLD_KEY), rows.col(RowColumns.KEY).equalTo(col(OWN_KEY)))
        .drop(OWN_KEY);
  }

  /** The meta rows that share a file with one that is replaced, with the name of that file. */
  Dataset<Row> kept() {
    return listed.sparkSession().read().parquet(folder.kept().toString());
  }

  /** The keys of rows whose meta rows replace others, as {@link MetaRow#ROW_KEY}. */
  Dataset<Row> replacingKeys() {
    return pairs.select(col(OWN_KEY).as(MetaRow.ROW_KEY));
  }

  /** The files that hold a meta row that is replaced. */
  List<Path> replacedFiles() {
    return replaced.keySet().stream().map(name -> new Path(output.meta(), name)).toList();
  }

  private long count(Fate fate) {
    return counts.getOrDefault(fate, 0L);
  }

  private Dataset<Row> rows() {
    return listed.where(is(Fate.NEW).or(is(Fate.AGAIN))).drop(FATE, OLD_KEY, OLD_ID, FILE);
  }

  private void writeKept() {
    String[] paths = replacedFiles().stream().map(Path::toString).toArray(String[]::new);
    if (paths.length > 0) {
      Dataset<Row> inFiles =
          OutputFolder.withFile(
              listed.sparkSession().read().option("mergeSchema", "true").parquet(paths));
      Column isOld = col(MetaRow.ROW_KEY).equalTo(col(OLD_KEY));
      stored(inFiles.join(pairs, isOld, "left_anti"), folder.kept());
    }
  }

  /** What is not done: rows of the manifest, meta rows, and their fate. */
  private static Dataset<Row> listed(
      Dataset<Row> keyed, Dataset<Row> meta, Collection<ErrorCode> retried) {
    Dataset<Row> old =
        meta.select(
            col(MetaRow.ROW_KEY).as(OLD_KEY),
            col(RowColumns.ID).as(OLD_ID),
            col("error.code").as(CODE),
            col(FILE));
    Object[] codes = retried.stream().map(ErrorCode::name).toArray();
    Column fate =
        when(col(RowColumns.KEY).isNull(), Fate.STRANGER.name())
            .when(col(OLD_KEY).isNull(), Fate.NEW.name())
            .when(col(CODE).isin(codes), Fate.AGAIN.name())
            .when(col(CODE).isNotNull(), Fate.STAYS.name());
    return keyed
        .join(old, col(RowColumns.KEY).equalTo(col(OLD_KEY)), "full_outer")
        .withColumn(FATE, fate)
        .where(col(FATE).isNotNull())
        .drop(CODE);
  }

  /** Rows that are tried again, and the meta rows of their failures. */
  private static Dataset<Row> again(Dataset<Row> listed) {
    return listed
        .where(is(Fate.AGAIN))
        .select(col(RowColumns.KEY).as(OWN_KEY), col(OLD_KEY), col(FILE));
  }

  /** Rows that are new by their key, but not by their id, and the meta rows of what they were. */
  private static Dataset<Row> changed(Dataset<Row> listed) {
    Dataset<Row> rows =
        listed
            .where(is(Fate.NEW))
            .select(
                KeyedRows.foldedId(listed).as(FOLDED_ID), col(RowColumns.KEY), col(RowColumns.LINE))
            .where(col(FOLDED_ID).isNotNull());
    Dataset<Row> strangers =
        listed
            .where(is(Fate.STRANGER))
            .select(col(OLD_ID).as(RowColumns.ID), col(OLD_KEY), col(FILE));
    Dataset<Row> rivals =
        strangers
            .withColumn(FOLDED_ID, KeyedRows.foldedId(strangers))
            .join(rows.select(FOLDED_ID), new String[] {FOLDED_ID}, "left_semi");
    return ranked(rows, col(RowColumns.LINE))
        .join(ranked(rivals, length(col(OLD_KEY)), col(OLD_KEY)), new String[] {FOLDED_ID, RANK})
        .select(col(RowColumns.KEY).as(OWN_KEY), col(OLD_KEY), col(FILE));
  }

  private static Column is(Fate fate) {
    return col(FATE).equalTo(fate.name());
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

  /** Returns what was written, so that it is not computed again. */
  private static Dataset<Row> stored(Dataset<Row> rows, Path path) {
    rows.write().mode(SaveMode.Overwrite).parquet(path.toString());
    return rows.sparkSession().read().schema(rows.schema()).parquet(path.toString());
  }
}
