package io.spackle.jobs;

import org.apache.spark.sql.SparkSession;

/** What Spark's pages say of a run's jobs. */
final class Jobs {

  private Jobs() {}

  /** Names the jobs that this thread starts from now on. */
  static void describe(SparkSession spark, String what) {
    spark.sparkContext().setJobDescription("Spackle: " + what);
  }
}
