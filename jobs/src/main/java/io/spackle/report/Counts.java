package io.spackle.report;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.percentile_approx;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;

import io.spackle.row.MetaRow;
import io.spackle.row.RowStage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Totals over all meta rows of an output.
 *
 * @param images number of images written
 * @param unmasked finished rows without images, because a model found nothing to mask
 * @param failures failed rows by error code, the most frequent first
 * @param notes of succeeded rows, the most frequent first
 * @param stages in the order of the row pipeline
 */
record Counts(
    long succeeded,
    long failed,
    long unmasked,
    long images,
    List<Named> failures,
    List<Named> notes,
    List<Stage> stages) {

  /** A number of rows by error code or note. */
  record Named(String name, long rows) {}

  /**
   * The time that rows spent in one stage, over the rows that reached it, in milliseconds.
   *
   * @param millis sum
   * @param slow 95th percentile
   */
  record Stage(String name, double millis, double mean, double median, double slow) {}

  /** Accuracy of the percentiles: the error is at most 1/1000 of the number of rows. */
  private static final int PRECISION = 1000;

  /** Counts meta rows of {@link Report#COLUMNS}. */
  static Counts of(Dataset<Row> meta) {
    long succeeded = 0;
    long unmasked = 0;
    long images = 0;
    List<Named> failures = new ArrayList<>();
    for (Row group : outcomes(meta)) {
      if (group.getString(0).equals(MetaRow.SUCCESS)) {
        succeeded += group.getLong(2);
        images += group.getLong(3);
      } else if (group.getString(0).equals(MetaRow.SKIPPED)) {
        unmasked += group.getLong(2);
      } else {
        failures.add(new Named(group.getString(1), group.getLong(2)));
      }
    }
    failures.sort(Comparator.comparingLong(Named::rows).reversed());
    long failed = failures.stream().mapToLong(Named::rows).sum();
    return new Counts(succeeded, failed, unmasked, images, failures, notes(meta), stages(meta));
  }

  long rows() {
    return succeeded + failed + unmasked;
  }

  private static List<Row> outcomes(Dataset<Row> meta) {
    return meta.groupBy(col("status"), coalesce(col("error.code"), lit("")).as("code"))
        .agg(count(lit(1)), coalesce(sum(size(col("output"))), lit(0L)))
        .collectAsList();
  }

  private static List<Named> notes(Dataset<Row> meta) {
    return meta
        .select(explode(col("notes")).as("note"))
        .groupBy("note")
        .count()
        .collectAsList()
        .stream()
        .map(row -> new Named(row.getString(0), row.getLong(1)))
        .sorted(Comparator.comparingLong(Named::rows).reversed().thenComparing(Named::name))
        .toList();
  }

  private static List<Stage> stages(Dataset<Row> meta) {
    List<Column> columns = new ArrayList<>();
    for (RowStage stage : RowStage.values()) {
      Column millis = col("timings." + stage.column());
      columns.add(coalesce(sum(millis), lit(0.0)));
      columns.add(avg(millis));
      columns.add(percentile_approx(millis, lit(0.5), lit(PRECISION)));
      columns.add(percentile_approx(millis, lit(0.95), lit(PRECISION)));
    }
    Row all = meta.agg(lit(0).as("none"), columns.toArray(Column[]::new)).first();
    List<Stage> stages = new ArrayList<>();
    for (RowStage stage : RowStage.values()) {
      int from = 1 + 4 * stage.ordinal();
      if (!all.isNullAt(from + 1)) {
        stages.add(
            new Stage(
                stage.label(),
                all.getDouble(from),
                all.getDouble(from + 1),
                all.getDouble(from + 2),
                all.getDouble(from + 3)));
      }
    }
    return stages;
  }
}
