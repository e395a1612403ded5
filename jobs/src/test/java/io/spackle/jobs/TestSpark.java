package io.spackle.jobs;

import org.apache.spark.sql.SparkSession;

/** The Spark session that all tests of this module share within a JVM. */
public final class TestSpark {

  private TestSpark() {}

  /**
   * Returns the session; two tasks run at a time, each with up to three attempts.
   *
   * <p>Expressions are interpreted, because compiling the generated code of many small queries
   * takes longer than running them. {@code SubmitTest}, {@code SecretsTest} and {@code
   * InterruptedJobTest} start processes that use compiled queries, as users do.
   */
  public static SparkSession session() {
    SparkSession.Builder session = SparkSession.builder();
    ChildJvm.INTERPRETED.forEach(session::config);
    return session
        .master("local[2,3]")
        .appName("tests")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.debug.maxToStringFields", "10")
        .config("spark.executor.heartbeatInterval", "2s")
        .config("spark.buffer.pageSize", "2m")
        .config("spark.scheduler.mode", "FAIR")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .getOrCreate();
  }
}
