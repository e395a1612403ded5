package io.spackle.jobs.files;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;

/** Options of Hadoop's file systems. There may be credentials among them: they print no values. */
public record HadoopOptions(Map<String, String> values) {

  private static final String GIVEN_TO_SPARK = "spark.hadoop.";

  public HadoopOptions {
    values = Map.copyOf(values);
  }

  /** Sets them, but for those that spark-submit was given otherwise. */
  public void setIn(Configuration hadoop, SparkConf spark) {
    values.forEach(
        (name, value) -> {
          if (!spark.contains(GIVEN_TO_SPARK + name)) {
            hadoop.set(name, value, "spackle.hadoop.options");
          }
        });
  }

  @Override
  public String toString() {
    return "HadoopOptions" + values.keySet();
  }
}
