package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;

import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.output.TaskPublishProtocol;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The numbers of rows and images that a run has published, counted from its meta rows, so that
 * retries do not count twice.
 *
 * @param unmasked finished rows without images, because a model found nothing to mask
 * @param errors failed rows by error code
 */
record RunStatistics(
    long succeeded, long failed, long unmasked, long images, Map<String, Long> errors) {

  private static final StructType COLUMNS =
      StructType.fromDDL(
          "row_key string, status string, output array<string>, error struct<code: string>");

  /** Counts the meta rows of a run whose tasks have finished. */
  static RunStatistics of(SparkSession spark, OutputFolder output, String run, WorkList work)
      throws IOException {
    SparkSessions.describeJobs(spark, "count the results");
    List<Path> added = output.published(TaskPublishProtocol.published(run));
    Dataset<Row> rows = read(spark, added);
    List<Path> replaced = work.replacedFiles();
    if (!replaced.isEmpty()) {
      rows =
          rows.unionByName(
              read(spark, replaced)
                  .join(work.replacingKeys(), new String[] {MetaRow.ROW_KEY}, "left_semi"));
    }
    return of(rows);
  }

  private static Dataset<Row> read(SparkSession spark, List<Path> files) {
    return files.isEmpty()
        ? spark.createDataFrame(List.of(), COLUMNS)
        : spark
            .read()
            .schema(COLUMNS)
            .parquet(files.stream().map(Path::toString).toArray(String[]::new));
  }

  private static RunStatistics of(Dataset<Row> rows) {
    Iterable<Row> groups =
        rows.groupBy(col("status"), col("error.code").as("code"))
            .agg(count(lit(1)), coalesce(sum(size(col("output"))), lit(0L)))
            .collectAsList();
    RunStatistics total = new RunStatistics(0, 0, 0, 0, new TreeMap<>());
    for (Row group : groups) {
      total =
          total.plus(group.getString(0), group.getString(1), group.getLong(2), group.getLong(3));
    }
    return total;
  }

  private RunStatistics plus(String status, String code, long rows, long groupImages) {
    if (status.equals(MetaRow.SUCCESS)) {
      return new RunStatistics(succeeded + rows, failed, unmasked, images + groupImages, errors);
    }
    if (status.equals(MetaRow.SKIPPED)) {
      return new RunStatistics(succeeded, failed, unmasked + rows, images, errors);
    }
    Map<String, Long> merged = new TreeMap<>(errors);
    merged.merge(String.valueOf(code), rows, Long::sum);
    return new RunStatistics(succeeded, failed + rows, unmasked, images, merged);
  }
}
