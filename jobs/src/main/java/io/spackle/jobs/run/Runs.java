package io.spackle.jobs.run;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.Interruption;
import io.spackle.jobs.driver.SparkSessions.QuerySettings;
import io.spackle.jobs.lease.Lease;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * Runs of jobs in one Spark session, one after another.
 *
 * @param messages for the user
 * @param interruption ends a run early
 */
public record Runs(SparkSession spark, PrintStream messages, Interruption interruption) {

  /**
   * Plans and runs a job.
   *
   * @param start of the command
   * @throws RefusedException with all problems
   * @throws Lease.LostException if another run has taken over
   */
  public Summary run(JobConf conf, Instant start) throws IOException {
    return run(conf, start, Optional.empty());
  }

  /** The same with a batch of the files of a manifest. */
  public Summary run(JobConf conf, Instant start, FollowedBatch batch) throws IOException {
    return run(conf, start, Optional.of(batch));
  }

  private Summary run(JobConf conf, Instant start, Optional<FollowedBatch> batch)
      throws IOException {
    try (QuerySettings queries = new QuerySettings(spark)) {
      JobPlan plan = plan(conf, queries);
      plan.warnings().forEach(warning -> messages.println("Warning: " + warning));
      return new JobRun(this, plan, start, batch).execute();
    }
  }

  private JobPlan plan(JobConf conf, QuerySettings queries) {
    try (Interruption.Abandonable planning = interruption.abandonable(spark.sparkContext())) {
      return JobPlan.of(spark, conf, queries);
    }
  }
}
