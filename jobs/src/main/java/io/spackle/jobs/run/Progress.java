package io.spackle.jobs.run;

import io.spackle.jobs.driver.LiveAccumulators;
import io.spackle.jobs.driver.PeriodicTask;
import io.spackle.task.TaskCounters;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.spark.SparkContext;

/**
 * Tells how far a run is until closed: by a bar on a terminal, else by a line every ten seconds.
 */
final class Progress implements AutoCloseable {

  private static final int BAR_MILLIS = 500;
  private static final int LINE_MILLIS = 10_000;

  /**
   * How far a run is.
   *
   * @param total rows to do
   */
  record Snapshot(long total, long succeeded, long failed, long images, Duration elapsed) {

    /** Rows; those of a task that is tried again count twice, so there may seem to be too many. */
    long done() {
      return Math.min(total, succeeded + failed);
    }

    /** One line, such as 120 of 1000 rows (12%), 3 failed, 1.8 images/s, about 8 min left. */
    String line() {
      long percent = total == 0 ? 100 : done() * 100 / total;
      return "%d of %d rows (%d%%), %s%s".formatted(done(), total, percent, detail(), left());
    }

    /** What a bar does not show by itself. */
    String detail() {
      double perSecond = elapsed.isZero() ? 0 : images * 1000.0 / elapsed.toMillis();
      return "%d failed, %.1f images/s".formatted(failed, perSecond);
    }

    private String left() {
      if (done() == 0 || done() == total) {
        return "";
      }
      long seconds = elapsed.toSeconds() * (total - done()) / done();
      return ", about " + (seconds < 120 ? seconds + " s" : seconds / 60 + " min") + " left";
    }
  }

  /** Where the progress is shown. */
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
      messages.println(snapshot.line());
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
  private PeriodicTask shows;

  private Progress(SparkContext spark, TaskCounters counters, long total, Display display) {
    this.spark = spark;
    this.counters = counters;
    this.total = total;
    this.display = display;
  }

  /**
   * Starts to tell.
   *
   * @param total rows to do
   */
  static Progress start(
      SparkContext spark, TaskCounters counters, long total, PrintStream messages) {
    boolean onTerminal = System.console() != null;
    Display display = onTerminal ? Bar.on(messages, total) : new Lines(messages);
    int millis = onTerminal ? BAR_MILLIS : LINE_MILLIS;
    Progress progress = new Progress(spark, counters, total, display);
    spark.addSparkListener(progress.counts);
    progress.shows =
        PeriodicTask.start("spackle-progress", Duration.ofMillis(millis), progress::show);
    return progress;
  }

  /** Tells a last time. */
  @Override
  public void close() {
    shows.close();
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
}
