package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
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

/** Which rows are to be done, and by which task; nothing here collects them. */
public final class KeyedRows {

  /** Spark's driver keeps track of every task. */
  private static final int MOST_TASKS = 100_000;

  private static final String FOLDED_ID = "_spackle_folded_id";
  private static final String ORDINAL = "_spackle_ordinal";

  private KeyedRows() {}

  /**
   * The rows of a manifest with their keys, those with an id of an earlier row marked.
   *
   * <p>Ids are compared without regard to case, blanks around them and Unicode composition. From
   * the second row of an id on, keys carry a number: a meta row of the second never stands for the
   * first, even where both say the same.
   */
  public static Dataset<Row> keyed(Dataset<Row> manifest, String jobDigest) {
    UserDefinedFunction key =
        udf((UDF1<Row, String>) row -> RowKey.of(row, jobDigest), DataTypes.StringType);
    Column ordinal = row_number().over(Window.partitionBy(FOLDED_ID).orderBy(RowColumns.LINE));
    Column isFirst = col(ORDINAL).equalTo(1);
    return manifest
        .withColumn(RowColumns.KEY, key.apply(struct(col("*"))))
        .withColumn(FOLDED_ID, coalesce(foldedId(manifest), col(RowColumns.KEY)))
        .withColumn(ORDINAL, ordinal)
        .withColumn(RowColumns.DUPLICATE, not(isFirst))
        .withColumn(
            RowColumns.KEY,
            when(isFirst, col(RowColumns.KEY))
                .otherwise(concat(col(RowColumns.KEY), lit("-"), col(ORDINAL))))
        .drop(FOLDED_ID, ORDINAL);
  }

  /** The ids of rows in the form in which they are compared; null where there is none. */
  public static Column foldedId(Dataset<Row> rows) {
    UserDefinedFunction fold = udf((UDF1<String, String>) KeyedRows::fold, DataTypes.StringType);
    return hasIds(rows) ? fold.apply(col(RowColumns.ID)) : lit(null).cast("string");
  }

  /** So many tasks that each has at most so many rows, on average, and no slot is idle. */
  public static int tasks(long rows, int rowsPerTask, int slots) {
    long enough = (rows + rowsPerTask - 1) / rowsPerTask;
    long wanted = Math.max(enough, Math.min(rows, slots));
    return (int) Math.max(1, Math.min(wanted, MOST_TASKS));
  }

  /**
   * Deals the rows out to tasks; a task that is tried again gets the same rows in the same order. A
   * {@link TaskPartition} tells later on which they were.
   *
   * @param by column whose values are not spread over several tasks
   */
  public static Dataset<Row> spread(Dataset<Row> rows, int tasks, String by) {
    return rows.repartition(tasks, col(by)).sortWithinPartitions(RowColumns.LINE);
  }

  private static boolean hasIds(Dataset<Row> manifest) {
    return Arrays.stream(manifest.columns()).anyMatch(RowColumns.ID::equalsIgnoreCase);
  }

  /** An id in the form in which it is compared, or null where there is none. */
  private static String fold(String id) {
    if (id == null || id.isBlank()) {
      return null;
    }
    String composed = Normalizer.normalize(id.strip(), Normalizer.Form.NFC);
    // Both ways: some letters have two lower-case forms.
    return composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }
}
