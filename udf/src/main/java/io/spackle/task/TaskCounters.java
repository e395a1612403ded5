package io.spackle.task;

import io.spackle.metrics.ExecutorMetrics;
import io.spackle.row.Outcome;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * The progress of all tasks of a job, for the driver. Spark counts the rows of a retried task
 * again: the meta table is exact, these counters are not.
 *
 * @param succeeded rows
 * @param failed rows
 * @param images images written
 * @param busyMillis time that the model ran for these rows
 * @param modelCalls of the network, see {@link io.spackle.row.ModelShare}
 */
public record TaskCounters(
    LongAccumulator succeeded,
    LongAccumulator failed,
    LongAccumulator images,
    LongAccumulator busyMillis,
    DoubleAccumulator modelCalls)
    implements Serializable {

  /** Registers new accumulators. */
  public static TaskCounters in(SparkContext spark) {
    return new TaskCounters(
        spark.longAccumulator("rows succeeded"),
        spark.longAccumulator("rows failed"),
        spark.longAccumulator("images"),
        spark.longAccumulator("model milliseconds"),
        spark.doubleAccumulator("model calls"));
  }

  /** Counts one row, also in the metrics of this JVM; on the task's thread only. */
  void add(Outcome outcome) {
    ExecutorMetrics.ofJvm().add(outcome);
    if (outcome instanceof Outcome.Succeeded done) {
      succeeded.add(1);
      images.add(done.images().locations().size());
      busyMillis.add(done.share().time().toMillis());
      modelCalls.add(done.share().calls());
    } else {
      failed.add(1);
    }
  }
}
