package io.spackle.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DealTest {

  @Test
  void equalRowsAreDealtInEqualParts() {
    assertThat(tasks(Deal.of(List.of(bucket(0, 100, 1)), 8, 128)))
        .hasSize(8)
        .allSatisfy((task, rows) -> assertThat(rows).hasSizeBetween(12, 13));
  }

  /** A bound, not an average: a lost task costs no more than that. */
  @Test
  void noTaskHasMoreRowsThanAllowed() {
    List<Deal.Bucket> buckets =
        List.of(bucket(3, 1000, 0.001), bucket(7, 3, 1000), bucket(9, 5, 0));
    for (int allowed : List.of(1, 3, 7, 128)) {
      Map<Integer, List<Integer>> tasks = tasks(Deal.of(buckets, 10, allowed), buckets);
      assertThat(tasks)
          .allSatisfy((task, rows) -> assertThat(rows).hasSizeLessThanOrEqualTo(allowed));
      assertThat(tasks.values()).flatExtracting(rows -> rows).hasSize(1008);
    }
  }

  @Test
  void tasksAreAboutEqualWork() {
    List<Deal.Bucket> buckets = List.of(bucket(0, 300, 1), bucket(1, 100, 9));
    Map<Integer, List<Integer>> tasks = tasks(Deal.of(buckets, 12, 200), buckets);
    assertThat(tasks).hasSize(12);
    assertThat(tasks.values())
        .allSatisfy(
            rows ->
                assertThat(rows.stream().mapToInt(bucket -> bucket == 0 ? 1 : 9).sum())
                    .isBetween(90, 110));
  }

  @Test
  void atMostOneTaskOfTwoNeighbouringShapesHasBoth() {
    List<Deal.Bucket> buckets = List.of(bucket(0, 50, 1), bucket(1, 50, 1), bucket(2, 50, 1));
    Map<Integer, List<Integer>> tasks = tasks(Deal.of(buckets, 20, 128), buckets);
    assertThat(tasks.values().stream().filter(rows -> rows.stream().distinct().count() > 1))
        .hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void rowsWithoutWorkAreDealtByNumber() {
    List<Deal.Bucket> buckets = List.of(bucket(0, 10, 0));
    assertThat(tasks(Deal.of(buckets, 4, 3), buckets).values())
        .extracting(List::size)
        .containsExactly(3, 3, 3, 1);
  }

  @Test
  void thereAreTasksForAllSlots() {
    assertThat(WorkFiles.tasks(0, 128, 8)).isEqualTo(1);
    assertThat(WorkFiles.tasks(3, 128, 8)).isEqualTo(3);
    assertThat(WorkFiles.tasks(100, 128, 8)).isEqualTo(8);
    assertThat(WorkFiles.tasks(10_000, 128, 8)).isEqualTo(79);
  }

  /** A row of the bucket is so much work. */
  private static Deal.Bucket bucket(int number, int rows, double work) {
    return new Deal.Bucket(number, rows, rows * work);
  }

  private static Map<Integer, List<Integer>> tasks(Deal deal) {
    return tasks(deal, List.of(bucket(0, 100, 1)));
  }

  /** The buckets of the rows of each task. */
  private static Map<Integer, List<Integer>> tasks(Deal deal, List<Deal.Bucket> buckets) {
    Map<Integer, List<Integer>> tasks = new TreeMap<>();
    long index = 0;
    for (Deal.Bucket bucket : buckets) {
      for (int i = 0; i < bucket.rows(); i++) {
        int task = deal.task(bucket.number(), index++);
        assertThat(task).isLessThan(deal.tasks());
        tasks.computeIfAbsent(task, first -> new ArrayList<>()).add(bucket.number());
      }
    }
    return tasks;
  }
}
