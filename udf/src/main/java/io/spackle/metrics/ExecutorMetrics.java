package io.spackle.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.MetricSet;
import io.spackle.row.ErrorCode;
import io.spackle.row.Outcome;
import io.spackle.row.RowStage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The metrics of all rows and lanes of this JVM since its start. Thread-safe.
 *
 * <p>Rows of a task that is retried are counted again.
 */
public final class ExecutorMetrics {

  private static final ExecutorMetrics OF_JVM = new ExecutorMetrics();

  private static final double NANOS_PER_SECOND = 1e9;

  private final MetricRegistry registry = new MetricRegistry();
  private final Counter succeeded = registry.counter("rows_succeeded");
  private final Counter failed = registry.counter("rows_failed");
  private final Counter images = registry.counter("images");
  private final Counter batches = registry.counter("batches");
  private final Counter batchImages = registry.counter("batch_images");
  private final Counter batchRoom = registry.counter("batch_room");
  private final LongAdder busyNanos = new LongAdder();
  private final LongAdder lanes = new LongAdder();

  /** The sum of the lanes' end times less their start times; open lanes have no end time yet. */
  private final LongAdder openNanos = new LongAdder();

  private final Map<RowStage, LongAdder> stageNanos = new EnumMap<>(RowStage.class);
  private final Map<ErrorCode, Counter> errors = new EnumMap<>(ErrorCode.class);

  public ExecutorMetrics() {
    for (RowStage stage : RowStage.values()) {
      LongAdder nanos = new LongAdder();
      stageNanos.put(stage, nanos);
      gauge("stage_" + stage.label() + "_seconds", () -> nanos.sum() / NANOS_PER_SECOND);
    }
    for (ErrorCode code : ErrorCode.values()) {
      errors.put(code, registry.counter("rows_failed_" + code.name().toLowerCase(Locale.ROOT)));
    }
    gauge("batch_fill", () -> share(batchImages.getCount(), batchRoom.getCount()));
    gauge("lane_busy_seconds", () -> busyNanos.sum() / NANOS_PER_SECOND);
    gauge("lane_open_seconds", () -> openNanos() / NANOS_PER_SECOND);
    gauge("lane_idle_share", () -> Math.max(0, 1 - share(busyNanos.sum(), openNanos())));
  }

  /** The metrics of this JVM. */
  public static ExecutorMetrics ofJvm() {
    return OF_JVM;
  }

  /** All metrics by their names. */
  public MetricSet metrics() {
    return registry;
  }

  /** The number of one of these metrics. */
  static double value(Metric metric) {
    return metric instanceof Counting counter
        ? counter.getCount()
        : ((Number) ((Gauge<?>) metric).getValue()).doubleValue();
  }

  /** Counts a finished row. */
  public void add(Outcome outcome) {
    outcome.timings().forEach((stage, time) -> stageNanos.get(stage).add(time.toNanos()));
    if (outcome instanceof Outcome.Succeeded done) {
      succeeded.inc();
      images.inc(done.images().locations().size());
    } else if (outcome instanceof Outcome.Failed row) {
      failed.inc();
      errors.get(row.code()).inc();
    }
  }

  /**
   * Counts a batch that took a step on a device.
   *
   * @param maxSize images that the batch could have had
   */
  public void addBatch(int size, int maxSize) {
    batches.inc();
    batchImages.inc(size);
    batchRoom.inc(maxSize);
  }

  /** Adds the time of a call into a model. */
  public void addBusy(Duration time) {
    busyNanos.add(time.toNanos());
  }

  public void laneOpened() {
    openNanos.add(-System.nanoTime());
    lanes.increment();
  }

  public void laneClosed() {
    lanes.decrement();
    openNanos.add(System.nanoTime());
  }

  private long openNanos() {
    return openNanos.sum() + lanes.sum() * System.nanoTime();
  }

  private void gauge(String name, Gauge<Double> value) {
    registry.registerGauge(name, value);
  }

  /** A fraction; 0 if the total is 0. */
  private static double share(long part, long total) {
    return total == 0 ? 0 : (double) part / total;
  }
}
