package io.spackle.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.output.AddedCounts.Count;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** How many files tasks have added, as the driver knows it. */
class AddedCountsTest {

  private static final CountDownLatch KNOWN = new CountDownLatch(1);

  @Test
  void theDriverKnowsTheFilesOfTasksThatStillRun() throws Exception {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(TestSpark.session().sparkContext());
    try (AddedCounts counts = AddedCounts.in(spark.sc())) {
      CompletableFuture<Void> job =
          CompletableFuture.runAsync(
              () ->
                  spark
                      .parallelize(List.of(7), 1)
                      .foreach(
                          task -> {
                            counts.add(new Count(task, 1));
                            counts.add(new Count(task, 2));
                            assertThat(KNOWN.await(1, TimeUnit.MINUTES)).isTrue();
                          }));
      while (counts.value().isEmpty()) {
        assertThat(job).isNotDone();
        Thread.sleep(20);
      }
      assertThat(counts.value()).containsExactly(entry(7, 2));
      KNOWN.countDown();
      job.get(1, TimeUnit.MINUTES);
      assertThat(counts.value()).as("each file once").containsExactly(entry(7, 2));
    }
  }

  @Test
  void anAttemptThatKnowsFewerFilesChangesNothing() {
    AddedCounts counts = new AddedCounts();
    counts.add(new Count(1, 3));
    AddedCounts late = new AddedCounts();
    late.add(new Count(1, 2));
    late.add(new Count(2, 1));
    counts.merge(late);
    assertThat(counts.value()).containsOnly(entry(1, 3), entry(2, 1));
  }
}
