package io.spackle.jobs;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * The rows that a run has to do, and the meta rows that give way to theirs. Written down in the
 * run's folder before the first is painted, so that neither a manifest that changes nor what the
 * run itself publishes changes it.
 *
 * <p>A row is done if its key has a meta row, unless that failed with a code that is to be tried
 * again. The meta row that a row's own takes the place of is that failed one; else one of the same
 * id whose key no row of the manifest has any more: of that row's former prompt, parameters, model
 * or settings. Meta rows of rows that left the manifest stay.
 */
final class WorkList {

  private static final String OWN_KEY = "_spackle_own_key";

  /** The key of the meta row that gives way. */
  private static final String OLD_KEY = "_spackle_old_key";

  private static final String FILE = TaskPublishProtocol.REPLACED;

  /** Whether a row failed before and is left at that: written down to be counted. */
  private static final String STAYS = "_spackle_stays";

  private static final String CODE = "_spackle_code";
  private static final String FOLDED_ID = "_spackle_folded_id";
  private static final String RANK = "_spackle_rank";

  private final SparkSession spark;
  private final OutputFolder output;
  private final RunFolder folder;
  private final Dataset<Row> keyed;
  private final Collection<ErrorCode> retried;

  private WorkList(
      Dataset<Row> keyed, OutputFolder output, RunFolder folder, Collection<ErrorCode> retried) {
    this.spark = keyed.sparkSession();
    this.output = output;
    this.folder = folder;
    this.keyed = keyed;
    this.retried = retried;
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
    WorkList list = new WorkList(keyed, output, folder, retried);
    list.writeRows();
    list.writeReplaced();
    list.writeKept();
    return list;
  }

  /** How many rows are to be done. */
  long count() {
    return rows().count();
  }

  /** How many rows of the manifest stay failed as they are. */
  long skippedFailures() {
    return written().where(col(STAYS)).count();
  }

  /** The rows whose meta rows are added. */
  Dataset<Row> added() {
    Dataset<Row> rows = rows().drop(FILE);
    return rows.join(replaced(), rows.col(RowColumns.KEY).equalTo(col(OWN_KEY)), "left_anti");
  }

  /** The rows whose meta rows replace others, with {@link TaskPublishProtocol#REPLACED}. */
  Dataset<Row> replacing() {
    Dataset<Row> rows = rows().drop(FILE);
    return rows.join(replaced().drop(OLD_KEY), rows.col(RowColumns.KEY).equalTo(col(OWN_KEY)))
        .drop(OWN_KEY);
  }

  /** The meta rows that share a file with one that is replaced, with the name of that file. */
  Dataset<Row> kept() {
    return spark.read().parquet(folder.kept().toString());
  }

  /** The keys of rows whose meta rows replace others, as {@link MetaRow#ROW_KEY}. */
  Dataset<Row> replacingKeys() {
    return replaced().select(col(OWN_KEY).as(MetaRow.ROW_KEY));
  }

  /** The files that hold a meta row that is replaced. */
  List<Path> replacedFiles() {
    return replaced().select(FILE).distinct().as(Encoders.STRING()).collectAsList().stream()
        .map(name -> new Path(output.meta(), name))
        .toList();
  }

  private Dataset<Row> rows() {
    return written().where(not(col(STAYS))).drop(STAYS);
  }

  private Dataset<Row> written() {
    return spark.read().parquet(folder.rows().toString());
  }

  /** Own key, old key, file. */
  private Dataset<Row> replaced() {
    return spark.read().parquet(folder.replaced().toString());
  }

  private void writeRows() throws IOException {
    Jobs.describe(spark, "find the rows that are left");
    Dataset<Row> done =
        published().select(col(MetaRow.ROW_KEY).as(OLD_KEY), col("error.code").as(CODE), col(FILE));
    Column isDone = col(OLD_KEY).isNotNull().and(not(isRetried()));
    Dataset<Row> rows =
        keyed
            .join(done, col(RowColumns.KEY).equalTo(col(OLD_KEY)), "left")
            .where(not(isDone).or(col(CODE).isNotNull()))
            .withColumn(STAYS, isDone)
            .drop(OLD_KEY, CODE);
    write(rows, folder.rows());
  }

  private void writeReplaced() throws IOException {
    Column own = col(RowColumns.KEY).as(OWN_KEY);
    Dataset<Row> again =
        rows().where(col(FILE).isNotNull()).select(own, col(RowColumns.KEY).as(OLD_KEY), col(FILE));
    write(again.unionByName(changed()), folder.replaced());
  }

  /** Rows that are new by their key, but not by their id, and the meta rows of what they were. */
  private Dataset<Row> changed() throws IOException {
    Dataset<Row> newRows = rows().where(col(FILE).isNull());
    Dataset<Row> byId =
        newRows
            .select(Rows.foldedId(newRows).as(FOLDED_ID), col(RowColumns.KEY), col(RowColumns.LINE))
            .where(col(FOLDED_ID).isNotNull());
    Dataset<Row> rivals = rivals(byId.select(FOLDED_ID));
    return ranked(byId, col(RowColumns.LINE))
        .join(ranked(rivals, length(col(OLD_KEY)), col(OLD_KEY)), new String[] {FOLDED_ID, RANK})
        .select(col(RowColumns.KEY).as(OWN_KEY), col(OLD_KEY), col(FILE));
  }

  /** Meta rows of some ids that belong to no row of the manifest; mostly there are none. */
  private Dataset<Row> rivals(Dataset<Row> ids) throws IOException {
    Dataset<Row> published = published();
    Dataset<Row> ofSameId =
        published
            .select(
                Rows.foldedId(published).as(FOLDED_ID), col(MetaRow.ROW_KEY).as(OLD_KEY), col(FILE))
            .join(ids, new String[] {FOLDED_ID}, "left_semi");
    write(ofSameId, folder.sameIds());
    Dataset<Row> found = spark.read().parquet(folder.sameIds().toString());
    if (found.isEmpty()) {
      return found; // spares another look at the whole manifest
    }
    return found.join(
        keyed.select(RowColumns.KEY), col(OLD_KEY).equalTo(col(RowColumns.KEY)), "left_anti");
  }

  private void writeKept() {
    String[] files = replacedFiles().stream().map(Path::toString).toArray(String[]::new);
    if (files.length > 0) {
      Dataset<Row> inFiles =
          OutputFolder.withFile(spark.read().option("mergeSchema", "true").parquet(files));
      Dataset<Row> oldKeys = replaced().select(OLD_KEY);
      write(
          inFiles.join(oldKeys, col(MetaRow.ROW_KEY).equalTo(col(OLD_KEY)), "left_anti"),
          folder.kept());
    }
  }

  /** Keys, ids and codes of all meta rows, with the names of their files. */
  private Dataset<Row> published() throws IOException {
    return output.rows(spark, "row_key string, id string, error struct<code: string>");
  }

  private Column isRetried() {
    return col(CODE).isin(retried.stream().map(ErrorCode::name).toArray());
  }

  /** Also where the condition is null. */
  private static Column not(Column condition) {
    return functions.not(coalesce(condition, lit(false)));
  }

  private static Dataset<Row> ranked(Dataset<Row> rows, Column... order) {
    return rows.withColumn(RANK, row_number().over(Window.partitionBy(FOLDED_ID).orderBy(order)));
  }

  private static void write(Dataset<Row> rows, Path path) {
    rows.write().mode(SaveMode.Overwrite).parquet(path.toString());
  }
}
