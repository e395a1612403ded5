package io.spackle.pipeline;

import io.spackle.row.RowStage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Where a row is and how long it was in each stage. Not thread-safe. */
final class StageTimer {

  private final Map<RowStage, Duration> spent = new EnumMap<>(RowStage.class);
  private RowStage stage;
  private long since = System.nanoTime();

  /** Starts in a stage. */
  StageTimer(RowStage first) {
    stage = first;
  }

  /** Leaves the stage for the next. */
  void enter(RowStage next) {
    long now = System.nanoTime();
    add(stage, Duration.ofNanos(now - since));
    stage = next;
    since = now;
  }

  /** Counts time of one stage as another's. */
  void move(Duration time, RowStage from, RowStage to) {
    add(from, time.negated());
    add(to, time);
  }

  RowStage stage() {
    return stage;
  }

  /** Time spent in each stage up to now. */
  Map<RowStage, Duration> timings() {
    enter(stage);
    return Map.copyOf(spent);
  }

  private void add(RowStage to, Duration time) {
    spent.merge(to, time, Duration::plus);
  }
}
