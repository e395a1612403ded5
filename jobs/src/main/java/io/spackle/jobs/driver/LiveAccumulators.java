package io.spackle.jobs.driver;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The values of accumulators, tasks under way included: Spark adds what a task counted when it is
 * done, but executors tell of it with each heartbeat.
 */
public final class LiveAccumulators extends SparkListener {

  private final Map<Long, Map<Long, Long>> underWay = new ConcurrentHashMap<>();

  /** What all tasks have counted, as far as known. */
  public long of(LongAccumulator accumulator) {
    long id = accumulator.id();
    return accumulator.value()
        + underWay.values().stream().mapToLong(counts -> counts.getOrDefault(id, 0L)).sum();
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
    for (var task : CollectionConverters.asJava(heartbeat.accumUpdates())) {
      Map<Long, Long> counts = new HashMap<>();
      for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
        if (info.update().isDefined() && info.update().get() instanceof Long count) {
          counts.put(info.id(), count);
        }
      }
      underWay.put((Long) task._1(), counts);
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    underWay.remove(end.taskInfo().taskId());
  }
}
