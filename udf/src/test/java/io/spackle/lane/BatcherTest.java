package io.spackle.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.lane.Batcher.Running;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
  void membersJoinThoseThatRunAsFarAsThereIsRoom() {
    add("a", 0, 1, 2, 3, 4, 5);
    assertThat(next(0, 2, true)).contains(List.of(1, 2));
    assertThat(next(0, Map.of("a", new Running(2, 0)), 4, true)).contains(List.of(3, 4));
    assertThat(next(0, Map.of("a", new Running(4, 0)), 4, true)).contains(List.of());
    assertThat(next(0, Map.of("a", new Running(4, 0)), 2, true))
        .as("after memory ran out")
        .contains(List.of());
  }

  @Test
  void theGroupOfTheOldestMemberGoesFirst() {
    add("a", 0, 1);
    add("b", 0, 2);
    add("a", 0, 3);
    assertThat(key(Map.of("c", new Running(1, 7)), false)).isEqualTo("a");
    assertThat(key(Map.of("b", new Running(1, 1)), false)).as("a has waited longer").isEqualTo("b");
  }

  @Test
  void aGroupThatRunsGoesOnWhileOlderMembersWaitForMore() {
    add("a", 0, 1);
    assertThat(key(Map.of("b", new Running(1, 7)), true)).isEqualTo("b");
    assertThat(key(Map.of("a", new Running(1, 7)), true)).isEqualTo("a");
  }

  private String key(Map<String, Running> running, boolean moreExpected) {
    return batcher.next(0, running, group -> 8, moreExpected).orElseThrow().key();
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
    return next(now, Map.of(), maxSize, moreExpected);
  }

  private Optional<List<Integer>> next(
      long now, Map<String, Running> running, int maxSize, boolean moreExpected) {
    return batcher
        .next(now, running, group -> maxSize, moreExpected)
        .map(turn -> turn.joining().stream().map(Batcher.Member::value).toList());
  }
}
