package io.spackle.jobs.export;

import static org.apache.spark.sql.functions.array_intersect;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.spackle.jobs.output.OutputFolder;
import io.spackle.row.FilePrefix;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;

/**
 * The rows of a manifest with their results: which of them a data set takes, in which split, and
 * what their files are called.
 *
 * <p>Images are told apart by the digests of their files, not by their locations.
 */
final class ExportRows {

  /** Why a row is not in the data set; null for those that are. */
  static final String REASON = "reason";

  /** The columns that {@link Sample} reads. */
  static final String SPLIT = "split";

  static final String PERSON = "person";
  static final String GARMENT = "garment";
  static final String MASK = "mask";
  static final String NUMBER = "number";
  static final String RESULT = "result";

  private static final String META =
      """
      row_key string, id string, status string, output array<string>, notes array<string>,
      meta struct<prompt: string, seed: bigint, seeds: array<bigint>, init_image: string, mask_image: string,
        reference_image: string>,
      digests struct<init_image: string, mask_image: string, reference_image: string>\
      """;

  /** The column of rows whose masks a model makes. */
  private static final String MASK_FROM = "mask_from";

  private static final String DIGEST = "_digest";
  private static final String LOCATION = "_location";
  private static final String NAME = "_name";
  private static final int DIGITS = 8;

  private ExportRows() {}

  /**
   * The rows with the columns of the data set and {@link #REASON}.
   *
   * @param keyed the rows of the manifest with their keys
   */
  static Dataset<Row> of(Dataset<Row> keyed, OutputFolder output, ExportOptions options)
      throws IOException {
    Dataset<Row> manifest =
        keyed.select(
            col(RowColumns.KEY),
            location(keyed, RowColumns.INIT_IMAGE).as(PERSON + LOCATION),
            location(keyed, RowColumns.REFERENCE_IMAGE).as(GARMENT + LOCATION),
            location(keyed, RowColumns.MASK_IMAGE).as(MASK + LOCATION),
            coalesce(location(keyed, MASK_FROM), lit("")).as(MASK_FROM));
    Dataset<Row> rows =
        manifest.join(
            output.rows(keyed.sparkSession(), META),
            col(RowColumns.KEY).equalTo(col(MetaRow.ROW_KEY)),
            "left_outer");
    rows = image(rows, PERSON, RowColumns.INIT_IMAGE);
    rows = image(rows, GARMENT, RowColumns.REFERENCE_IMAGE);
    rows = image(rows, MASK, RowColumns.MASK_IMAGE);
    // Masks that the job made of one person in one way are equal.
    Column made = sha2(concat(col(PERSON + DIGEST), lit(" "), col(MASK_FROM)), 256);
    rows =
        rows.withColumn(
            MASK + DIGEST, when(col(MASK + LOCATION).isNull(), made).otherwise(col(MASK + DIGEST)));
    return split(rows.withColumn(REASON, reason(options)), options);
  }

  /** The samples of rows that are in the data set, with the names of their files. */
  static Dataset<Row> samples(Dataset<Row> rows) {
    Dataset<Row> taken = rows.where(col(REASON).isNull());
    UserDefinedFunction base = udf((UDF1<String, String>) FileName::base, DataTypes.StringType);
    UserDefinedFunction extension =
        udf((UDF1<String, String>) FileName::extension, DataTypes.StringType);
    UserDefinedFunction prefix = udf((UDF1<String, String>) FilePrefix::of, DataTypes.StringType);
    taken = named(taken, PERSON, base.apply(col(PERSON + LOCATION)));
    taken = named(taken, GARMENT, base.apply(col(GARMENT + LOCATION)));
    taken = taken.withColumn(MASK + NAME, concat(col(PERSON + NAME), lit("_mask")));
    taken = distinct(taken, MASK);
    for (String image : List.of(PERSON, GARMENT, MASK)) {
      Column name = concat(col(image + NAME), lit("."), extension.apply(col(image + LOCATION)));
      taken = taken.withColumn(image + NAME, name);
    }
    return taken
        .select(col("*"), posexplode(col("output")).as(new String[] {NUMBER, RESULT}))
        .withColumn(
            RESULT + NAME, concat(prefix.apply(col("id")), lit("-"), col(NUMBER).cast("string")))
        .drop("output", "notes", "status", RowColumns.KEY, MetaRow.ROW_KEY, REASON);
  }

  private static Column location(Dataset<Row> rows, String column) {
    return RowColumns.has(rows.schema(), column) ? col(column) : lit(null).cast("string");
  }

  /** An image's location and digest; the location is that of the meta row if a default was used. */
  private static Dataset<Row> image(Dataset<Row> rows, String name, String column) {
    Column location = when(col(name + LOCATION).notEqual(""), col(name + LOCATION));
    return rows.withColumn(name + LOCATION, coalesce(location, col("meta").getField(column)))
        .withColumn(name + DIGEST, col("digests").getField(column));
  }

  private static Column reason(ExportOptions options) {
    Column notes =
        array_intersect(col("notes"), lit(options.withoutNotes().toArray(String[]::new)));
    boolean needsGarment = options.format().needsGarment();
    return when(col("status").isNull(), "not processed")
        .when(col("status").notEqual(MetaRow.SUCCESS), "failed")
        .when(size(notes).gt(0), element_at(notes, 1))
        .when(
            col(PERSON + DIGEST).isNull().or(col(MASK + DIGEST).isNull()),
            "no digest of the inputs")
        .when(lit(needsGarment).and(col(GARMENT + DIGEST).isNull()), "no garment");
  }

  private static Dataset<Row> split(Dataset<Row> rows, ExportOptions options) {
    // Rows that are left out must not decide where a person goes.
    Column garment = when(col(REASON).isNull(), col(GARMENT + DIGEST));
    return rows.withColumn("_garment", garment)
        .withColumn(SPLIT, Split.of(PERSON + DIGEST, "_garment", options.testShare()))
        .withColumn(
            REASON,
            coalesce(
                col(REASON), when(col(SPLIT).isNull(), "person and garment in different splits")))
        .drop("_garment");
  }

  /** Names images after their files. */
  private static Dataset<Row> named(Dataset<Row> rows, String image, Column base) {
    String name = image + NAME;
    Column first = min(col(name)).over(Window.partitionBy(image + DIGEST)); // it may have several
    return distinct(rows.withColumn(name, base).withColumn(name, first), image);
  }

  /** Adds the digest to the names of different images that have the same one. */
  private static Dataset<Row> distinct(Dataset<Row> rows, String image) {
    Column name = col(image + NAME);
    Column digest = col(image + DIGEST);
    WindowSpec sameName = Window.partitionBy(lower(name));
    Column isOnly = min(digest).over(sameName).equalTo(max(digest).over(sameName));
    Column longer = concat(name, lit("-"), substring(digest, 1, DIGITS));
    return rows.withColumn(image + NAME, when(isOnly, name).otherwise(longer));
  }
}
