package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.repeat;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.spackle.row.RowColumns;
import io.spackle.row.RowKey;
import io.spackle.spark.TaskPartition;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;

/** The keys of manifest rows, and their distribution over tasks; rows are never collected. */
public final class KeyedRows {

  /** Limits the memory of the driver, which tracks every task. */
  private static final int MAX_TASKS = 100_000;

  private static final String FOLDED_ID = "_spackle_folded_id";
  private static final String ORDINAL = "_spackle_ordinal";

  private KeyedRows() {}

  /**
   * Adds the key of each row, and whether its id is that of an earlier row; takes away what is
   * secret and has no use from here on: the API's key, and the texts of malformed lines.
   *
   * <p>Ids are compared ignoring case, surrounding blanks and Unicode composition. The keys of the
   * second and further rows of an id carry an ordinal, so that the meta row of a duplicate is never
   * taken for that of the first row, even if both rows are equal.
   *
   * @param jobDigest of all settings that influence images
   */
  public static Dataset<Row> keyed(Dataset<Row> manifest, String jobDigest) {
    UserDefinedFunction key =
        udf((UDF1<Row, String>) row -> RowKey.of(row, jobDigest), DataTypes.StringType);
    Column ordinal = row_number().over(Window.partitionBy(FOLDED_ID).orderBy(RowColumns.LINE));
    Column isFirst = col(ORDINAL).equalTo(1);
    Dataset<Row> open = manifest.drop(RowColumns.API_KEY);
    Dataset<Row> rows = withoutTexts(open.withColumn(RowColumns.KEY, key.apply(struct(col("*")))));
    return rows.withColumn(FOLDED_ID, coalesce(foldedId(manifest), col(RowColumns.KEY)))
        .withColumn(ORDINAL, ordinal)
        .withColumn(RowColumns.DUPLICATE, not(isFirst))
        .withColumn(
            RowColumns.KEY,
            when(isFirst, col(RowColumns.KEY))
                .otherwise(concat(col(RowColumns.KEY), lit("-"), col(ORDINAL))))
        .drop(FOLDED_ID, ORDINAL);
  }

  /** With malformed lines made unreadable; their lengths stay, for messages. */
  private static Dataset<Row> withoutTexts(Dataset<Row> rows) {
    Column text = col(RowColumns.CORRUPT);
    return RowColumns.has(rows.schema(), RowColumns.CORRUPT)
        ? rows.withColumn(
            RowColumns.CORRUPT, when(text.isNotNull(), repeat(lit("?"), length(text))))
        : rows;
  }

  /** The normalized ids of rows, by which they are compared; null for rows without one. */
  public static Column foldedId(Dataset<Row> rows) {
    return hasIds(rows) ? folded(col(RowColumns.ID)) : lit(null).cast("string");
  }

  /** Texts as ids are compared; null for blank ones. */
  static Column folded(Column texts) {
    return udf((UDF1<String, String>) KeyedRows::fold, DataTypes.StringType).apply(texts);
  }

  /**
   * Returns the number of tasks for some rows: enough that a task has at most {@code rowsPerTask}
   * rows on average and that no slot is idle.
   *
   * @param slots tasks that Spark runs at the same time
   */
  public static int tasks(long rows, int rowsPerTask, int slots) {
    long byRows = (rows + rowsPerTask - 1) / rowsPerTask;
    long wanted = Math.max(byRows, Math.min(rows, slots));
    return (int) Math.max(1, Math.min(wanted, MAX_TASKS));
  }

  /**
   * Distributes rows over tasks; each attempt of a task gets the same rows in the same order, and
   * {@link TaskPartition} can tell later which they were.
   *
   * @param by column of which all rows of a value go to one task
   */
  public static Dataset<Row> spread(Dataset<Row> rows, int tasks, String by) {
    return rows.repartition(tasks, col(by)).sortWithinPartitions(RowColumns.LINE);
  }

  static boolean hasIds(Dataset<Row> manifest) {
    return Arrays.stream(manifest.columns()).anyMatch(RowColumns.ID::equalsIgnoreCase);
  }

  /** The normalized form of an id, or null if there is none. */
  private static String fold(String id) {
    if (id == null || id.isBlank()) {
      return null;
    }
    String composed = Normalizer.normalize(id.strip(), Normalizer.Form.NFC);
    // Both conversions, because some letters have two lower-case forms.
    return composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }
}
