package io.spackle.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.JobRows;
import io.spackle.jobs.TestSpark;
import io.spackle.jobs.run.Progress.LiveAccumulators;
import io.spackle.jobs.run.Progress.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {

  private static final SparkSession SPARK = TestSpark.session();
  private static final CountDownLatch SEEN = new CountDownLatch(1);

  @Test
  void lineShowsProgressRateAndRemainingTime() {
    Snapshot halfway = new Snapshot(1000, 117, 3, 234, Duration.ofSeconds(130));
    assertThat(halfway.line())
        .isEqualTo("120 of 1000 rows (12%), 3 failed, 1.8 images/s, about 15 min left");
    assertThat(new Snapshot(10, 5, 0, 5, Duration.ofSeconds(5)).line())
        .isEqualTo("5 of 10 rows (50%), 0 failed, 1.0 images/s, about 5 s left");
  }

  @Test
  void lineShowsSecondsPerImageOfSlowModels() {
    assertThat(new Snapshot(10, 5, 0, 5, Duration.ofSeconds(18)).line())
        .isEqualTo("5 of 10 rows (50%), 0 failed, 3.6 s/image, about 18 s left");
    assertThat(new Snapshot(10, 1, 1, 1, Duration.ofSeconds(400)).line())
        .startsWith("2 of 10 rows (20%), 1 failed, 400.0 s/image");
  }

  @Test
  void lineShowsStartAndEnd() {
    assertThat(new Snapshot(10, 0, 0, 0, Duration.ZERO).line())
        .isEqualTo("0 of 10 rows (0%), 0 failed");
    assertThat(new Snapshot(0, 0, 0, 0, Duration.ofSeconds(1)).line()).startsWith("0 of 0 rows");
    assertThat(new Snapshot(10, 12, 0, 12, Duration.ofSeconds(6)).line())
        .as("rows of a retried task")
        .startsWith("10 of 10 rows (100%)");
  }

  /** Progress must not appear to stall during a task of many rows. */
  @Test
  void rowsOfRunningTasksAreCounted() throws Exception {
    LongAccumulator accumulator = SPARK.sparkContext().longAccumulator("progress test");
    LiveAccumulators counts = new LiveAccumulators();
    SPARK.sparkContext().addSparkListener(counts);
    Thread watcher =
        new Thread(
            () -> {
              while (counts.of(accumulator) < 5) {
                pause();
              }
              SEEN.countDown();
            });
    watcher.start();
    List<Integer> five = IntStream.range(0, 5).boxed().toList();
    JavaSparkContext.fromSparkContext(SPARK.sparkContext())
        .parallelize(five, 1)
        .foreachPartition(
            rows -> {
              rows.forEachRemaining(row -> accumulator.add(1));
              SEEN.await(); // the task ends only after its rows were seen
            });
    watcher.join();
    SPARK.sparkContext().listenerBus().waitUntilEmpty();
    assertThat(counts.of(accumulator)).isEqualTo(5);
    SPARK.sparkContext().removeSparkListener(counts);
  }

  /** Spark's UI names a job without a description by a line of code. */
  @Test
  void everySparkJobOfARunHasADescription(@TempDir Path folder) throws Exception {
    Set<String> descriptions = ConcurrentHashMap.newKeySet();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            descriptions.add(job.properties().getProperty("spark.job.description", "none"));
          }
        };
    SPARK.sparkContext().setJobDescription(null);
    SPARK.sparkContext().addSparkListener(listener);
    new JobRows(folder).row("a").row("b").run("spackle.report.enabled = true");
    SPARK.sparkContext().listenerBus().waitUntilEmpty();
    SPARK.sparkContext().removeSparkListener(listener);
    assertThat(descriptions)
        .contains("Spackle: inpaint 2 rows", "Spackle: write the report")
        .allMatch(description -> description.startsWith("Spackle: "));
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
