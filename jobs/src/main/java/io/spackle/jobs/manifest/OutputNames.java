package io.spackle.jobs.manifest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.spackle.row.RowColumns;
import io.spackle.sink.NameTemplate;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/**
 * The names of the images of rows, by a template. Names are compared as ids are, ignoring case, as
 * some file systems do.
 *
 * <p>If images of another row have the name, the row's images get the extension of its id as well:
 * {@code a.jpg} and {@code a.png} in one folder become {@code a.jpg-0.png} and {@code a.png-0.png}.
 */
public final class OutputNames {

  /** The columns of names in use: the id of a row, and what its images are called. */
  public static final String OWNER = "owner";

  public static final String NAME = "name";

  private static final String FOLDED_NAME = "_spackle_folded_name";
  private static final String FOLDED_OWNER = "_spackle_folded_owner";
  private static final String FULL_NAME = "_spackle_full_name";
  private static final int EXAMPLES = 10;

  private OutputNames() {}

  /**
   * The names in use that rows could have, too.
   *
   * @param keyed rows with their keys
   * @param inUse names of published images, in {@link #OWNER} and {@link #NAME}
   */
  public static Dataset<Row> shared(Dataset<Row> keyed, NameTemplate template, Dataset<Row> inUse) {
    Dataset<Row> names = withNames(keyed, template);
    Dataset<Row> possible =
        names
            .select(col(FOLDED_NAME))
            .union(names.select(KeyedRows.folded(col(FULL_NAME))))
            .distinct();
    return inUse
        .withColumn(FOLDED_NAME, KeyedRows.folded(col(NAME)))
        .join(possible, new String[] {FOLDED_NAME}, "left_semi")
        .select(OWNER, NAME);
  }

  /**
   * Adds {@link RowColumns#OUTPUT_NAME} to rows.
   *
   * @param keyed rows with their keys
   * @param inUse names of published images, in {@link #OWNER} and {@link #NAME}
   */
  public static Dataset<Row> named(Dataset<Row> keyed, NameTemplate template, Dataset<Row> inUse) {
    Dataset<Row> named = withNames(keyed, template);
    Dataset<Row> shared =
        owners(named, inUse)
            .groupBy(FOLDED_NAME)
            .agg(countDistinct(FOLDED_OWNER).as("owners"))
            .where(col("owners").gt(1))
            .select(col(FOLDED_NAME), lit(true).as("shared"));
    return named
        .join(shared, new String[] {FOLDED_NAME}, "left")
        .withColumn(
            RowColumns.OUTPUT_NAME,
            when(col("shared"), col(FULL_NAME)).otherwise(col(RowColumns.OUTPUT_NAME)))
        .drop(FOLDED_NAME, FULL_NAME, "shared");
  }

  private static Dataset<Row> withNames(Dataset<Row> keyed, NameTemplate template) {
    UserDefinedFunction name = udf((UDF1<String, String>) template::name, DataTypes.StringType);
    UserDefinedFunction full = udf((UDF1<String, String>) template::fullName, DataTypes.StringType);
    Column id = id(keyed);
    return keyed
        .withColumn(RowColumns.OUTPUT_NAME, name.apply(id))
        .withColumn(FULL_NAME, full.apply(id))
        .withColumn(FOLDED_NAME, KeyedRows.folded(col(RowColumns.OUTPUT_NAME)));
  }

  /** Why rows would overwrite each other's images, or published ones of other rows. */
  public static List<String> collisions(Dataset<Row> named, Dataset<Row> inUse) {
    return owners(named, inUse)
        .groupBy(FOLDED_NAME)
        .agg(
            countDistinct(FOLDED_OWNER).as("owners"),
            min(OWNER).as("first"),
            max(OWNER).as("last"),
            max("isNew").as("isNew"),
            min(NAME).as(NAME))
        .where(col("owners").gt(1).and(col("isNew")))
        .orderBy(NAME)
        .limit(EXAMPLES)
        .collectAsList()
        .stream()
        .map(
            row ->
                "the images of %s and %s would have the same name, %s: set another spackle.output.name"
                    .formatted(row.getAs("first"), row.getAs("last"), row.getAs(NAME)))
        .toList();
  }

  /** All names with their owners; rows with the id of an earlier row have no images. */
  private static Dataset<Row> owners(Dataset<Row> named, Dataset<Row> inUse) {
    return named
        .where(not(col(RowColumns.DUPLICATE)))
        .select(id(named).as(OWNER), col(RowColumns.OUTPUT_NAME).as(NAME), lit(true).as("isNew"))
        .union(inUse.select(col(OWNER), col(NAME), lit(false).as("isNew")))
        .withColumn(FOLDED_NAME, KeyedRows.folded(col(NAME)))
        .withColumn(FOLDED_OWNER, KeyedRows.folded(col(OWNER)));
  }

  /** The ids of rows, which for rows without one are their keys. */
  private static Column id(Dataset<Row> keyed) {
    if (!KeyedRows.hasIds(keyed)) {
      return col(RowColumns.KEY);
    }
    Column given = col(RowColumns.ID);
    return when(KeyedRows.folded(given).isNotNull(), given).otherwise(col(RowColumns.KEY));
  }
}
