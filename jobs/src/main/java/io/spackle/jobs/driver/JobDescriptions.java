package io.spackle.jobs.driver;

import org.apache.spark.sql.SparkSession;

/** What Spark's pages say of a run's jobs. */
public final class JobDescriptions {

  private JobDescriptions() {}

  /** Names the jobs that this thread starts from now on. */
  public static void describe(SparkSession spark, String what) {
    spark.sparkContext().setJobDescription("Spackle: " + what);
  }
}
