package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.repeat;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.spackle.row.RowColumns;
import io.spackle.row.RowKey;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;

/** The keys of manifest rows; rows are never collected. */
public final class KeyedRows {

  /** The column of {@link #keys} by which ids are compared: the row's key if it has no id. */
  public static final String FOLDED_ID = "_spackle_folded_id";

  private static final String CONTENT_KEY = "_spackle_content_key";
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
    return withoutTexts(distinguished(withContentKey(manifest, jobDigest))).drop(FOLDED_ID);
  }

  /**
   * The rows without what only their processing needs: {@link RowColumns#LINE}, {@link
   * RowColumns#KEY}, {@link RowColumns#DUPLICATE}, {@link #FOLDED_ID}, and the id, the webhook and
   * {@link RowColumns#SEEN} if the manifest has these columns.
   *
   * @param jobDigest of all settings that influence images
   */
  public static Dataset<Row> keys(Dataset<Row> manifest, String jobDigest) {
    Column[] kept =
        Stream.of(
                RowColumns.LINE, RowColumns.KEY, RowColumns.ID, RowColumns.WEBHOOK, RowColumns.SEEN)
            .filter(name -> name.equals(RowColumns.KEY) || RowColumns.has(manifest.schema(), name))
            .map(functions::col)
            .toArray(Column[]::new);
    return distinguished(withContentKey(manifest, jobDigest).select(kept));
  }

  /**
   * The rows of a manifest that some of its {@link #keys} stand for, with the columns of these. A
   * row that has been changed since is missing.
   *
   * @param chosen with {@link RowColumns#LINE}, {@link RowColumns#KEY} and further columns
   */
  public static Dataset<Row> chosen(Dataset<Row> manifest, String jobDigest, Dataset<Row> chosen) {
    return withoutTexts(
        manifest
            .drop(RowColumns.API_KEY)
            .join(chosen, RowColumns.LINE)
            .withColumn(CONTENT_KEY, contentKey(jobDigest))
            .where(col(RowColumns.KEY).startsWith(col(CONTENT_KEY)))
            .drop(CONTENT_KEY));
  }

  /** Rows that are computed once and then kept on the workers' disks while they are referred to. */
  public static Dataset<Row> onDisk(Dataset<Row> rows) {
    JavaRDD<Row> kept = rows.javaRDD().persist(StorageLevel.DISK_ONLY());
    return rows.sparkSession().createDataFrame(kept, rows.schema());
  }

  private static Dataset<Row> withContentKey(Dataset<Row> manifest, String jobDigest) {
    return manifest.drop(RowColumns.API_KEY).withColumn(RowColumns.KEY, contentKey(jobDigest));
  }

  /** The content key of each row, in a query over all columns of a manifest. */
  static Column contentKey(String jobDigest) {
    return udf((UDF1<Row, String>) row -> RowKey.of(row, jobDigest), DataTypes.StringType)
        .apply(struct(col("*")));
  }

  private static Dataset<Row> distinguished(Dataset<Row> rows) {
    Column ordinal = row_number().over(Window.partitionBy(FOLDED_ID).orderBy(RowColumns.LINE));
    Column isFirst = col(ORDINAL).equalTo(1);
    return rows.withColumn(FOLDED_ID, coalesce(foldedId(rows), col(RowColumns.KEY)))
        .withColumn(ORDINAL, ordinal)
        .withColumn(RowColumns.DUPLICATE, not(isFirst))
        .withColumn(
            RowColumns.KEY,
            when(isFirst, col(RowColumns.KEY))
                .otherwise(concat(col(RowColumns.KEY), lit("-"), col(ORDINAL))))
        .drop(ORDINAL);
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
  public static Column folded(Column texts) {
    Column any = udf((UDF1<String, String>) KeyedRows::fold, DataTypes.StringType).apply(texts);
    // For millions of ids of meta rows: the function is called for few of them.
    Column isPlain = texts.rlike("\\A[!-~]([ -~]*[!-~])?\\z");
    return when(isPlain, lower(texts)).otherwise(any);
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
