package io.spackle.jobs.run;

import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.task.TaskCounters;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The display of a run's progress, until closed: a bar on a terminal, otherwise a line every ten
 * seconds.
 */
final class Progress implements AutoCloseable {

  private static final int BAR_MILLIS = 500;
  private static final int LINE_MILLIS = 10_000;

  /**
   * The progress of a run at one moment.
   *
   * @param total number of rows to process
   */
  record Snapshot(long total, long succeeded, long failed, long images, Duration elapsed) {

    /** Processed rows, at most {@code total}: rows of retried tasks count twice. */
    long done() {
      return Math.min(total, succeeded + failed);
    }

    /** A line such as "120 of 1000 rows (12%), 3 failed, 1.8 images/s, about 8 min left". */
    String line() {
      long percent = total == 0 ? 100 : done() * 100 / total;
      return "%d of %d rows (%d%%), %s%s".formatted(done(), total, percent, detail(), remaining());
    }

    /** What the bar itself does not show. */
    String detail() {
      return failed + " failed" + (images == 0 || elapsed.isZero() ? "" : ", " + rate());
    }

    private String rate() {
      double seconds = elapsed.toMillis() / 1000.0;
      return images < seconds
          ? String.format(Locale.ROOT, "%.1f s/image", seconds / images)
          : String.format(Locale.ROOT, "%.1f images/s", images / seconds);
    }

    private String remaining() {
      if (done() == 0 || done() == total) {
        return "";
      }
      long seconds = elapsed.toSeconds() * (total - done()) / done();
      return ", about " + (seconds < 120 ? seconds + " s" : seconds / 60 + " min") + " left";
    }
  }

  /** A way to show the progress. */
  private interface Display extends AutoCloseable {
    void show(Snapshot snapshot);

    @Override
    void close();
  }

  private record Bar(ProgressBar bar) implements Display {

    static Bar on(PrintStream messages, long total) {
      return new Bar(
          new ProgressBarBuilder()
              .setTaskName("Inpainting")
              .setInitialMax(total)
              .setUnit(" rows", 1)
              .setStyle(ProgressBarStyle.UNICODE_BLOCK)
              .setUpdateIntervalMillis(BAR_MILLIS)
              .setConsumer(new ConsoleProgressBarConsumer(messages))
              .build());
    }

    @Override
    public void show(Snapshot snapshot) {
      bar.stepTo(snapshot.done());
      bar.setExtraMessage(" " + snapshot.detail());
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private record Lines(PrintStream messages) implements Display {

    @Override
    public void show(Snapshot snapshot) {
      if (snapshot.total() > 0) {
        messages.println(snapshot.line());
      }
    }

    @Override
    public void close() {}
  }

  private final SparkContext spark;
  private final TaskCounters counters;
  private final long total;
  private final Display display;
  private final long start = System.nanoTime();
  private final LiveAccumulators counts = new LiveAccumulators();
  private PeriodicTask updates;

  private Progress(SparkContext spark, TaskCounters counters, long total, Display display) {
    this.spark = spark;
    this.counters = counters;
    this.total = total;
    this.display = display;
  }

  /**
   * Starts the display.
   *
   * @param total number of rows to process
   */
  static Progress start(
      SparkContext spark, TaskCounters counters, long total, PrintStream messages) {
    boolean onTerminal = System.console() != null;
    Display display = onTerminal ? Bar.on(messages, total) : new Lines(messages);
    int millis = onTerminal ? BAR_MILLIS : LINE_MILLIS;
    Progress progress = new Progress(spark, counters, total, display);
    spark.addSparkListener(progress.counts);
    progress.updates =
        PeriodicTask.start("spackle-progress", Duration.ofMillis(millis), progress::show);
    return progress;
  }

  /** Shows the final state. */
  @Override
  public void close() {
    updates.close();
    spark.removeSparkListener(counts);
    show();
    display.close();
  }

  private void show() {
    display.show(
        new Snapshot(
            total,
            counts.of(counters.succeeded()),
            counts.of(counters.failed()),
            counts.of(counters.images()),
            Duration.ofNanos(System.nanoTime() - start)));
  }

  /**
   * Values of accumulators that include running tasks: Spark adds the counts of a task when it
   * ends, but executors report them with each heartbeat.
   */
  static final class LiveAccumulators extends SparkListener {

    /** Counts of running tasks by task id and accumulator id. */
    private final Map<Long, Map<Long, Long>> running = new ConcurrentHashMap<>();

    /** The sum over all tasks, as far as reported. */
    long of(LongAccumulator accumulator) {
      long id = accumulator.id();
      return accumulator.value()
          + running.values().stream().mapToLong(counts -> counts.getOrDefault(id, 0L)).sum();
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
        running.put((Long) task._1(), counts);
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      running.remove(end.taskInfo().taskId());
    }
  }
}
