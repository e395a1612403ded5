package io.spackle.jobs;

import org.apache.spark.sql.SparkSession;

/** The one Spark session of all tests of this module. */
public final class TestSpark {

  private TestSpark() {}

  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[2,3]")
        .appName("tests")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.debug.maxToStringFields", "200")
        .config("spark.executor.heartbeatInterval", "2s")
        .config("spark.buffer.pageSize", "2m")
        .config("spark.scheduler.mode", "FAIR")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .getOrCreate();
  }
}
