package io.spackle.jobs.output;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.util.AccumulatorV2;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How many meta files each task of a run has added, as executors report it with each heartbeat and
 * at the end of tasks. So the driver knows the names of new files without listing any. Files of
 * tasks that were lost may be missing.
 */
public final class AddedCounts extends AccumulatorV2<AddedCounts.Count, Map<Integer, Integer>>
    implements AutoCloseable {

  private static final long serialVersionUID = 1L;

  private final Map<Integer, Integer> filesOfTask = new ConcurrentHashMap<>();

  /** Stops listening; on the driver only. */
  private transient Runnable stop;

  /** The number of files that a task has added so far. */
  public record Count(int task, int files) implements Serializable {}

  /** Registers new counts with a Spark application, until they are closed. */
  public static AddedCounts in(SparkContext spark) {
    AddedCounts counts = new AddedCounts();
    Heartbeats heartbeats = new Heartbeats(counts);
    counts.stop = () -> spark.removeSparkListener(heartbeats);
    spark.register(counts);
    spark.addSparkListener(heartbeats);
    return counts;
  }

  @Override
  public void close() {
    stop.run();
  }

  /** Takes over the counts of running tasks. */
  private static final class Heartbeats extends SparkListener {

    private final AddedCounts counts;

    Heartbeats(AddedCounts counts) {
      this.counts = counts;
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
      for (var task : CollectionConverters.asJava(heartbeat.accumUpdates())) {
        for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
          if (info.id() == counts.id() && info.update().get() instanceof Map<?, ?> update) {
            update.forEach((number, files) -> counts.add((Integer) number, (Integer) files));
          }
        }
      }
    }
  }

  private void add(int task, int files) {
    filesOfTask.merge(task, files, Math::max);
  }

  @Override
  public void add(Count count) {
    add(count.task(), count.files());
  }

  @Override
  public void merge(AccumulatorV2<Count, Map<Integer, Integer>> other) {
    other.value().forEach(this::add);
  }

  /** The numbers of files by the numbers of their tasks. */
  @Override
  public Map<Integer, Integer> value() {
    return Map.copyOf(filesOfTask);
  }

  @Override
  public boolean isZero() {
    return filesOfTask.isEmpty();
  }

  @Override
  public AddedCounts copy() {
    AddedCounts copy = new AddedCounts();
    copy.filesOfTask.putAll(filesOfTask);
    return copy;
  }

  @Override
  public void reset() {
    filesOfTask.clear();
  }
}
