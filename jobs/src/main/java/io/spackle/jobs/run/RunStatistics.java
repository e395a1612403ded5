package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;

import io.spackle.jobs.conf.JobConf.RetryConf;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.jobs.output.StagedRows;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

  /** Counts the meta rows of a run whose tasks have finished, before the staged ones are merged. */
  static RunStatistics of(SparkSession spark, JobPlan plan, String run) throws IOException {
    SparkSessions.describeJobs(spark, "count the results");
    return of(
        StagedRows.ofRun(spark, plan.output(), run, COLUMNS),
        plan.conf().output().rows().retries());
  }

  private static RunStatistics of(Dataset<Row> rows, RetryConf retries) {
    List<Row> groups =
        rows.withColumn(Failures.BY_ITSELF, RetryRule.selectsByItself(retries))
            .groupBy(col("status"), col("error.code"))
            .agg(
                count(lit(1)),
                coalesce(sum(size(col("output"))), lit(0L)),
                count_if(col(Failures.BY_ITSELF)),
                min(struct(col("id"), col("error.message"))))
            .collectAsList();
    long succeeded = 0;
    long unmasked = 0;
    long images = 0;
    List<Failures.OfCode> failures = new ArrayList<>();
    for (Row group : groups) {
      images += group.getLong(3);
      switch (group.getString(0)) {
        case MetaRow.SUCCESS -> succeeded += group.getLong(2);
        case MetaRow.SKIPPED -> unmasked += group.getLong(2);
        default -> failures.add(failures(group));
      }
    }
    return new RunStatistics(succeeded, unmasked, images, Failures.ordered(failures));
  }

  private static Failures.OfCode failures(Row group) {
    Row example = group.getStruct(5);
    return new Failures.OfCode(
        group.getString(1),
        group.getLong(2),
        group.getLong(4),
        example.getString(0),
        example.getString(1));
  }

  RunStatistics plus(RunStatistics other) {
    return new RunStatistics(
        succeeded + other.succeeded,
        unmasked + other.unmasked,
        images + other.images,
        failures.plus(other.failures));
  }

  long failed() {
    return failures.rows();
  }
}
