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
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * A table of the user's, in a format of the user's choice, that is made equal to the published meta
 * rows; for whoever holds the claim.
 *
 * <p>Nothing is remembered of what the table got: {@link #match} finds out by comparing both, and
 * changes what differs in one commit of the table. So it comes right from whatever state a run that
 * died left it in, and a second time changes nothing. Between two of those, {@link #append} adds
 * rows that the table cannot have.
 *
 * <p>A property of the table names the output that it belongs to: no other writes to it.
 */
public final class LakeTable {

  /** The property that names the folder of meta rows. */
  private static final String OF = "spackle.meta";

  private static final String CHANGES = "_spackle_changes";

  /** In the changes: the key of rows that leave the table. */
  private static final String LEAVING = "_spackle_leaving";

  private static final String HERE = "_spackle_here";
  private static final String THERE = "_spackle_there";

  private final SparkSession spark;
  private final TableSettings conf;
  private final OutputFolder output;

  private LakeTable(SparkSession spark, TableSettings conf, OutputFolder output) {
    this.spark = spark;
    this.conf = conf;
    this.output = output;
  }

  /**
   * Finds out what speaks against keeping the table; changes nothing.
   *
   * @param rows the schema of the meta rows to come
   */
  public static void check(
      SparkSession spark,
      TableSettings conf,
      OutputFolder output,
      StructType rows,
      Problems problems) {
    List<String> lacks = conf.format().lacks(conf.catalog(), spark.sparkContext(), spark.conf());
    problems.addAll(lacks);
    LakeTable table = new LakeTable(spark, conf, output);
    if (lacks.isEmpty()) {
      problems.attempt(table.named() + " cannot be used", () -> table.checked(rows));
    }
  }

  /**
   * The table, made where it does not exist, and with all columns that rows need.
   *
   * @param rows the schema of the meta rows to come
   * @throws RefusedException if it cannot be made or has columns of other types
   */
  static LakeTable open(
      SparkSession spark, TableSettings conf, OutputFolder output, StructType rows) {
    LakeTable table = new LakeTable(spark, conf, output);
    Problems problems = new Problems();
    problems.attempt(table.named() + " cannot be used", () -> table.made(rows));
    problems.refuse();
    return table;
  }

  /** Adds the rows of meta files that it has none of, in one commit. */
  void append(List<Path> files) throws Exception {
    spark
        .read()
        .schema(table().schema())
        .parquet(files.stream().map(Path::toString).toArray(String[]::new))
        .writeTo(conf.quoted())
        .append();
  }

  /** Brings the table in line with all published rows, in one commit; in none where it is. */
  void match() throws IOException {
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
    String leaving = CHANGES + "." + LEAVING;
    changes
        .as(CHANGES)
        .mergeInto(conf.quoted(), expr(conf.quoted() + "." + MetaRow.ROW_KEY + " = " + leaving))
        .whenMatched()
        .delete()
        .whenNotMatched(col(leaving).isNull())
        .insertAll()
        .merge();
  }

  /**
   * All rows of the keys that differ: those of the table by their key alone, in {@link #LEAVING},
   * and those that are published.
   */
  private Dataset<Row> changes() throws IOException {
    Dataset<Row> published = output.rows(spark, table().schema());
    Dataset<Row> differing =
        contents(published, HERE)
            .join(contents(table(), THERE), MetaRow.ROW_KEY, "full_outer")
            .where(not(col(HERE).eqNullSafe(col(THERE))));
    Dataset<Row> leaving =
        differing.where(col(THERE).isNotNull()).select(col(MetaRow.ROW_KEY).as(LEAVING));
    Dataset<Row> coming =
        published.join(differing.select(MetaRow.ROW_KEY), MetaRow.ROW_KEY, "left_semi");
    return coming.unionByName(leaving, true);
  }

  /** For each key what its rows say; there should be one, but if there are more it must show. */
  private static Dataset<Row> contents(Dataset<Row> rows, String name) {
    Column content = xxhash64(to_json(struct(col("*"))));
    return rows.select(col(MetaRow.ROW_KEY), content.as(name))
        .groupBy(MetaRow.ROW_KEY)
        .agg(sort_array(collect_list(col(name))).as(name));
  }

  private LakeTable made(StructType rows) throws Exception {
    if (!exists()) {
      spark
          .createDataFrame(List.of(), rows)
          .writeTo(conf.quoted())
          .using(conf.format().provider())
          .tableProperty(OF, output.meta().toString())
          .create();
    }
    checked(rows);
    if (owner().isEmpty()) {
      String folder = output.meta().toString().replace("'", "\\'");
      alter("SET TBLPROPERTIES ('%s' = '%s')".formatted(OF, folder));
    }
    widen(rows);
    return this;
  }

  private void widen(StructType rows) {
    ColumnGap gap = ColumnGap.between(table().schema(), rows);
    if (!gap.conflicts().isEmpty()) {
      throw new RefusedException(conflicts(gap));
    }
    if (!gap.missing().isEmpty()) {
      alter("ADD COLUMNS (%s)".formatted(String.join(", ", gap.missing())));
    }
  }

  private LakeTable checked(StructType rows) {
    List<String> flaws = exists() ? flaws(rows) : List.of();
    if (!flaws.isEmpty()) {
      throw new RefusedException(flaws);
    }
    return this;
  }

  private List<String> flaws(StructType rows) {
    List<String> flaws = new ArrayList<>(conflicts(ColumnGap.between(table().schema(), rows)));
    if (!provider().equals(conf.format().provider())) {
      flaws.add(
          "%s is in the format %s, and spackle.output.table-format is %s: name another table, or its format"
              .formatted(named(), provider(), conf.format().provider()));
    }
    owner().ifPresentOrElse(owner -> checkOwner(owner, flaws), () -> checkEmpty(flaws));
    return flaws;
  }

  private void checkOwner(String owner, List<String> flaws) {
    String mine = output.meta().toString();
    if (!owner.equals(mine)) {
      flaws.add(
          "%s is kept equal to the meta rows in %s, not to those in %s: name another table, or, if that folder was moved, ALTER TABLE %s SET TBLPROPERTIES ('%s' = '%s')"
              .formatted(named(), owner, mine, conf.quoted(), OF, mine));
    }
  }

  private void checkEmpty(List<String> flaws) {
    if (!table().isEmpty()) {
      flaws.add(
          "%s holds rows that are not Spackle's: name a table that does not exist, or an empty one"
              .formatted(named()));
    }
  }

  private List<String> conflicts(ColumnGap gap) {
    return gap.conflicts().stream()
        .map(
            conflict ->
                "%s cannot take the meta rows, %s: rename the column of the manifest, or name another table"
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
        .where(col("key").equalTo(OF))
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
}
