package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatcherTest {

  private static final long WAIT = Duration.ofMillis(200).toNanos();

  private final Batcher<String, Integer> batcher = new Batcher<>(Duration.ofNanos(WAIT));

  @Test
  void fullBatchIsDueAtOnce() {
    add("a", 0, 1, 2, 3);
    assertThat(next(0, 2, true)).contains(List.of(1, 2));
    assertThat(next(0, 2, true)).isEmpty();
  }

  @Test
  void incompleteBatchIsDueAfterTheMaximumWait() {
    add("a", 0, 1);
    add("a", 100, 2);
    assertThat(batcher.nanosUntilDue(100)).isEqualTo(WAIT - 100);
    assertThat(next(WAIT - 1, 8, true)).isEmpty();
    assertThat(next(WAIT, 8, true)).contains(List.of(1, 2));
  }

  @Test
  void incompleteBatchIsDueAtOnceIfNoMoreMembersAreExpected() {
    add("a", 0, 1);
    assertThat(next(0, 8, false)).contains(List.of(1));
    assertThat(batcher.isEmpty()).isTrue();
  }

  @Test
  void batchHasMembersOfOneGroup() {
    add("a", 0, 1);
    add("b", 0, 2);
    add("a", 0, 3);
    assertThat(next(0, 8, false)).contains(List.of(1, 3));
    assertThat(next(0, 8, false)).contains(List.of(2));
  }

  @Test
  void fullGroupOvertakesAnOlderOneThatIsNotDue() {
    add("old", 0, 1);
    add("full", 10, 2, 3);
    assertThat(next(20, 2, true)).contains(List.of(2, 3));
  }

  @Test
  void noGroupStarvesBehindFullOnes() {
    add("old", 0, 1);
    add("full", 10, 2, 3, 4, 5);
    assertThat(next(20, 2, true)).contains(List.of(2, 3));
    assertThat(next(WAIT, 2, true)).contains(List.of(1));
    assertThat(next(WAIT, 2, true)).contains(List.of(4, 5));
  }

  @Test
  void removedMemberIsNotInABatch() {
    add("a", 0, 1, 2);
    batcher.remove("a", 1);
    batcher.remove("a", 7);
    batcher.remove("b", 1);
    assertThat(next(0, 8, false)).contains(List.of(2));
  }

  @Test
  void theClockMayOverflow() {
    long late = Long.MAX_VALUE - 10;
    add("a", late, 1);
    assertThat(next(late + 20, 8, true)).isEmpty();
    assertThat(next(late + WAIT, 8, true)).contains(List.of(1));
  }

  private void add(String group, long now, Integer... members) {
    for (Integer member : members) {
      batcher.add(group, member, now);
    }
  }

  private Optional<List<Integer>> next(long now, int maxSize, boolean moreExpected) {
    return batcher.next(now, group -> maxSize, moreExpected).map(Batcher.Batch::members);
  }
}
