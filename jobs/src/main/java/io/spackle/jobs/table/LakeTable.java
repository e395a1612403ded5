package io.spackle.jobs.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.xxhash64;

import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * A table of the user, in Iceberg or Delta format, that is kept equal to the published meta rows.
 * The caller holds the lease of the output.
 *
 * <p>No state of the synchronization is stored: {@link #match} compares the table with the meta
 * rows and changes what differs in one commit. It therefore repairs whatever state a crashed run
 * left, and a second call changes nothing. In between, {@link #append} adds rows that the table
 * cannot have yet.
 *
 * <p>A table property names the output that the table belongs to; other outputs never write to it.
 */
public final class LakeTable {

  /** The table property with the folder of meta rows that the table belongs to. */
  private static final String OWNER = "spackle.meta";

  private static final String CHANGES = "_spackle_changes";

  /** Column of the changes: the key of rows to delete from the table. */
  private static final String DELETED_KEY = "_spackle_deleted_key";

  private static final String PUBLISHED_CONTENT = "_spackle_published";
  private static final String TABLE_CONTENT = "_spackle_table";

  private final SparkSession spark;
  private final TableSettings conf;
  private final OutputFolder output;

  private LakeTable(SparkSession spark, TableSettings conf, OutputFolder output) {
    this.spark = spark;
    this.conf = conf;
    this.output = output;
  }

  /**
   * Adds the reasons why the table cannot be kept equal to the meta rows; changes nothing.
   *
   * @param rows the schema of the meta rows
   */
  public static void check(
      SparkSession spark,
      TableSettings conf,
      OutputFolder output,
      StructType rows,
      Problems problems) {
    List<String> missing =
        conf.format().missing(conf.catalog(), spark.sparkContext(), spark.conf());
    problems.addAll(missing);
    LakeTable table = new LakeTable(spark, conf, output);
    if (missing.isEmpty()) {
      problems.attempt(table.named() + " cannot be used", () -> table.checked(rows));
    }
  }

  /**
   * Opens the table, creates it if it does not exist, and adds missing columns.
   *
   * @param rows the schema of the meta rows
   * @throws RefusedException if it cannot be created or has columns of other types
   */
  static LakeTable open(
      SparkSession spark, TableSettings conf, OutputFolder output, StructType rows) {
    LakeTable table = new LakeTable(spark, conf, output);
    Problems problems = new Problems();
    problems.attempt(table.named() + " cannot be used", () -> table.createdOrChecked(rows));
    problems.refuse();
    return table;
  }

  /** Adds the rows of meta files, none of which the table has yet, in one commit. */
  void append(List<Path> files) throws Exception {
    spark
        .read()
        .schema(table().schema())
        .parquet(files.stream().map(Path::toString).toArray(String[]::new))
        .writeTo(conf.quoted())
        .append();
  }

  /** Makes the table equal to all published meta rows in one commit, or none if it is equal. */
  void match() throws IOException {
    // Spark has not written the meta files: a plan that it still caches would miss new ones.
    spark.catalog().refreshByPath(output.meta().toString());
    widen(output.columns(spark));
    Dataset<Row> changes = changes().persist(StorageLevel.DISK_ONLY());
    try {
      if (!changes.isEmpty()) {
        merge(changes);
      }
    } finally {
      changes.unpersist();
    }
  }

  private void merge(Dataset<Row> changes) {
    String deletedKey = CHANGES + "." + DELETED_KEY;
    changes
        .as(CHANGES)
        .mergeInto(conf.quoted(), expr(conf.quoted() + "." + MetaRow.ROW_KEY + " = " + deletedKey))
        .whenMatched()
        .delete()
        .whenNotMatched(col(deletedKey).isNull())
        .insertAll()
        .merge();
  }

  /**
   * All rows of the keys that differ: the published ones to insert, and those of the table to
   * delete, which have {@link #DELETED_KEY} alone.
   */
  private Dataset<Row> changes() throws IOException {
    Dataset<Row> published = output.rows(spark, table().schema());
    Dataset<Row> differing =
        contents(published, PUBLISHED_CONTENT)
            .join(contents(table(), TABLE_CONTENT), MetaRow.ROW_KEY, "full_outer")
            .where(not(col(PUBLISHED_CONTENT).eqNullSafe(col(TABLE_CONTENT))));
    Dataset<Row> deleted =
        differing
            .where(col(TABLE_CONTENT).isNotNull())
            .select(col(MetaRow.ROW_KEY).as(DELETED_KEY));
    Dataset<Row> inserted =
        published.join(differing.select(MetaRow.ROW_KEY), MetaRow.ROW_KEY, "left_semi");
    return inserted.unionByName(deleted, true);
  }

  /** The hashes of the rows of each key: there should be one, and duplicates must be noticed. */
  private static Dataset<Row> contents(Dataset<Row> rows, String name) {
    Column content = xxhash64(to_json(struct(col("*"))));
    return rows.select(col(MetaRow.ROW_KEY), content.as(name))
        .groupBy(MetaRow.ROW_KEY)
        .agg(sort_array(collect_list(col(name))).as(name));
  }

  private LakeTable createdOrChecked(StructType rows) throws Exception {
    if (!exists()) {
      spark
          .createDataFrame(List.of(), rows)
          .writeTo(conf.quoted())
          .using(conf.format().provider())
          .tableProperty(OWNER, output.meta().toString())
          .create();
    }
    checked(rows);
    if (owner().isEmpty()) {
      String folder = output.meta().toString().replace("'", "\\'");
      alter("SET TBLPROPERTIES ('%s' = '%s')".formatted(OWNER, folder));
    }
    widen(rows);
    return this;
  }

  private void widen(StructType rows) {
    ColumnDifference difference = ColumnDifference.between(table().schema(), rows);
    if (!difference.conflicts().isEmpty()) {
      throw new RefusedException(conflicts(difference));
    }
    if (!difference.missing().isEmpty()) {
      alter("ADD COLUMNS (%s)".formatted(String.join(", ", difference.missing())));
    }
  }

  private LakeTable checked(StructType rows) {
    List<String> flaws = exists() ? flaws(rows) : List.of();
    if (!flaws.isEmpty()) {
      throw new RefusedException(flaws);
    }
    return this;
  }

  /** Why the existing table cannot be used. */
  private List<String> flaws(StructType rows) {
    List<String> flaws =
        new ArrayList<>(conflicts(ColumnDifference.between(table().schema(), rows)));
    if (!provider().equals(conf.format().provider())) {
      flaws.add(
          "%s is in the format %s, but spackle.output.table-format is %s: name another table, or set its format"
              .formatted(named(), provider(), conf.format().provider()));
    }
    owner().ifPresentOrElse(owner -> checkOwner(owner, flaws), () -> checkEmpty(flaws));
    return flaws;
  }

  private void checkOwner(String owner, List<String> flaws) {
    String mine = output.meta().toString();
    if (!owner.equals(mine)) {
      flaws.add(
          "%s is kept equal to the meta rows in %s, not to those in %s: name another table, or, if that folder was moved, run ALTER TABLE %s SET TBLPROPERTIES ('%s' = '%s')"
              .formatted(named(), owner, mine, conf.quoted(), OWNER, mine));
    }
  }

  private void checkEmpty(List<String> flaws) {
    if (!table().isEmpty()) {
      flaws.add(
          "%s contains rows that Spackle has not written: name a table that does not exist, or an empty one"
              .formatted(named()));
    }
  }

  private List<String> conflicts(ColumnDifference difference) {
    return difference.conflicts().stream()
        .map(
            conflict ->
                "%s cannot store the meta rows, because %s: rename the column of the manifest, or name another table"
                    .formatted(named(), conflict))
        .toList();
  }

  private boolean exists() {
    return spark.catalog().tableExists(conf.quoted());
  }

  private Dataset<Row> table() {
    return spark.table(conf.quoted());
  }

  private String provider() {
    return spark
        .sql("DESCRIBE TABLE EXTENDED " + conf.quoted())
        .where(col("col_name").equalTo("Provider"))
        .select(lower(col("data_type")))
        .as(Encoders.STRING())
        .collectAsList()
        .stream()
        .findFirst()
        .orElse("unknown");
  }

  private Optional<String> owner() {
    return spark
        .sql("SHOW TBLPROPERTIES " + conf.quoted())
        .where(col("key").equalTo(OWNER))
        .select("value")
        .as(Encoders.STRING())
        .collectAsList()
        .stream()
        .findFirst();
  }

  private void alter(String change) {
    spark.sql("ALTER TABLE " + conf.quoted() + " " + change);
  }

  private String named() {
    return "spackle.output.table " + conf.quoted();
  }

  /**
   * What keeps a table from storing rows as they are; the order of columns does not matter.
   *
   * @param missing columns, nested ones included, as in DDL
   * @param conflicts columns of another type, in words
   */
  private record ColumnDifference(List<String> missing, List<String> conflicts) {

    static ColumnDifference between(StructType table, StructType rows) {
      ColumnDifference difference = new ColumnDifference(new ArrayList<>(), new ArrayList<>());
      difference.compare("", table, rows);
      return difference;
    }

    private void compare(String parent, StructType table, StructType rows) {
      for (StructField expected : rows.fields()) {
        String name = parent + '`' + expected.name().replace("`", "``") + '`';
        find(table, expected.name())
            .ifPresentOrElse(
                found -> compare(name, found.dataType(), expected.dataType()),
                () -> missing.add(name + " " + expected.dataType().sql()));
      }
    }

    private void compare(String name, DataType found, DataType expected) {
      if (found instanceof StructType table && expected instanceof StructType rows) {
        compare(name + ".", table, rows);
      } else if (!normalized(found).equals(normalized(expected))) {
        conflicts.add(
            "%s is %s in the table and %s in the rows"
                .formatted(name, found.catalogString(), expected.catalogString()));
      }
    }

    /** Iceberg stores integers of less than four bytes as ones of four bytes. */
    private static String normalized(DataType type) {
      return type.catalogString().replaceAll("\\b(tinyint|smallint)\\b", "int");
    }

    private static Optional<StructField> find(StructType schema, String name) {
      return Stream.of(schema.fields())
          .filter(field -> field.name().equalsIgnoreCase(name))
          .findFirst();
    }
  }
}
