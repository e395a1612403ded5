package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.spackle.jobs.conf.JobConf.RetryConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.output.MetaFiles;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The numbers of rows and images that a run has published, counted from its meta rows, so that
 * retries do not count twice.
 *
 * @param unmasked finished rows without images, because a model found nothing to mask
 */
record RunStatistics(long succeeded, long unmasked, long images, Failures failures) {

  static final RunStatistics NONE = new RunStatistics(0, 0, 0, Failures.NONE);

  private static final StructType COLUMNS =
      StructType.fromDDL(
          "row_key string, id string, status string, output array<string>, " + RetryRule.COLUMNS);

  /** Counts the meta rows of a run whose tasks have finished. */
  static RunStatistics of(SparkSession spark, JobPlan plan, String run, WorkList work)
      throws IOException {
    SparkSessions.describeJobs(spark, "count the results");
    List<Path> added = plan.output().published(MetaFiles.published(run));
    Dataset<Row> rows = read(spark, added);
    List<Path> replaced = work.replacedFiles();
    if (!replaced.isEmpty()) {
      rows =
          rows.unionByName(
              read(spark, replaced)
                  .join(work.replacingKeys(), new String[] {MetaRow.ROW_KEY}, "left_semi"));
    }
    return of(rows, plan.conf().output().rows().retries());
  }

  private static Dataset<Row> read(SparkSession spark, List<Path> files) {
    return files.isEmpty()
        ? spark.createDataFrame(List.of(), COLUMNS)
        : spark
            .read()
            .schema(COLUMNS)
            .parquet(files.stream().map(Path::toString).toArray(String[]::new));
  }

  private static RunStatistics of(Dataset<Row> rows, RetryConf retries) {
    Row finished =
        rows.where(not(is(MetaRow.FAILED)))
            .agg(
                count(when(is(MetaRow.SUCCESS), 1)),
                count(when(is(MetaRow.SKIPPED), 1)),
                coalesce(sum(size(col("output"))), lit(0L)))
            .first();
    Dataset<Row> failed =
        rows.where(is(MetaRow.FAILED))
            .select(
                col("id").as(Failures.ID),
                col("error.code").as(Failures.CODE),
                col("error.message").as(Failures.MESSAGE),
                RetryRule.selectsByItself(retries).as(Failures.BY_ITSELF));
    return new RunStatistics(
        finished.getLong(0), finished.getLong(1), finished.getLong(2), Failures.of(failed));
  }

  private static Column is(String status) {
    return col("status").equalTo(status);
  }

  long failed() {
    return failures.rows();
  }
}
