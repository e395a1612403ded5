package io.spackle.task;

import io.spackle.metrics.ExecutorMetrics;
import io.spackle.row.Outcome;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What all tasks of a job have done so far, for the driver to watch. Spark counts the rows of a
 * task that is tried again a second time: the meta table is exact, this is not.
 *
 * @param succeeded rows
 * @param failed rows
 * @param images images written
 * @param busyMillis time that the model worked for these rows
 */
public record TaskCounters(
    LongAccumulator succeeded,
    LongAccumulator failed,
    LongAccumulator images,
    LongAccumulator busyMillis)
    implements Serializable {

  /** New accumulators. */
  public static TaskCounters in(SparkContext spark) {
    return new TaskCounters(
        spark.longAccumulator("rows succeeded"),
        spark.longAccumulator("rows failed"),
        spark.longAccumulator("images"),
        spark.longAccumulator("model milliseconds"));
  }

  /** Counts one row, here and for this JVM; on the task's thread only. */
  void add(Outcome outcome) {
    ExecutorMetrics.ofJvm().add(outcome);
    if (outcome instanceof Outcome.Succeeded done) {
      succeeded.add(1);
      images.add(done.output().size());
      busyMillis.add(done.generation().toMillis());
    } else {
      failed.add(1);
    }
  }
}
