package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import io.spackle.jobs.manifest.FileManifest.Batch;
import io.spackle.jobs.manifest.Manifest.Skipped;
import io.spackle.row.RowColumns;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * The rows of a batch of files: of an id in several files those of the last one. Rows of one file
 * stay, even with equal ids, and so do those without an id, unless a later file repeats them.
 */
final class BatchRows {

  private static final String ID = "_spackle_batch_id";
  private static final String LAST = "_spackle_last_file";
  private static final String REPLACED = "_spackle_replaced_line";
  private static final String EXAMPLE = "example";

  /** With more of them, a join need not fit into the memory of an executor. */
  private static final long FEW = 1_000_000;

  private BatchRows() {}

  /**
   * Leaves out the rows that a later file replaces, and marks those of files that were seen before.
   *
   * @param rows with {@link FileNumbers#FILE} if there are several files
   */
  static Manifest of(Dataset<Row> rows, Batch batch) {
    if (!RowColumns.has(rows.schema(), FileNumbers.FILE)) {
      return new Manifest(batch.seen() == 0 ? rows : rows.withColumn(RowColumns.SEEN, lit(true)));
    }
    Dataset<Row> replaced = KeyedRows.onDisk(replaced(rows));
    Row found = replaced.agg(count(lit(1)), min(EXAMPLE)).head();
    long count = found.getLong(0);
    Column isSeen = col(FileNumbers.FILE).lt(batch.seen());
    Dataset<Row> last = count == 0 ? rows : without(rows, replaced.select(REPLACED), count);
    Dataset<Row> marked = batch.seen() == 0 ? last : last.withColumn(RowColumns.SEEN, isSeen);
    return new Manifest(
        marked.drop(FileNumbers.FILE),
        count == 0
            ? List.of()
            : List.of(new Skipped(Skipped.Reason.REPLACED_ROW, count, found.getString(1))),
        Optional.empty());
  }

  private static Dataset<Row> replaced(Dataset<Row> rows) {
    Column line = concat(lit("line "), col(RowColumns.LINE));
    Column example = KeyedRows.hasIds(rows) ? coalesce(col(RowColumns.ID), line) : line;
    return rows.select(
            col(RowColumns.LINE).as(REPLACED),
            example.as(EXAMPLE),
            col(FileNumbers.FILE),
            coalesce(KeyedRows.foldedId(rows), KeyedRows.contentKey("")).as(ID))
        .withColumn(LAST, max(FileNumbers.FILE).over(Window.partitionBy(ID)))
        .where(col(FileNumbers.FILE).lt(col(LAST)))
        .select(REPLACED, EXAMPLE);
  }

  private static Dataset<Row> without(Dataset<Row> rows, Dataset<Row> lines, long count) {
    return rows.join(
        count <= FEW ? broadcast(lines) : lines,
        rows.col(RowColumns.LINE).equalTo(lines.col(REPLACED)),
        "left_anti");
  }
}
