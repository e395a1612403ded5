package io.spackle.pipeline;

import io.spackle.row.RowStage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The current stage of a row and the time spent in each stage. Not thread-safe. */
final class StageTimer {

  private final Map<RowStage, Duration> spent = new EnumMap<>(RowStage.class);
  private RowStage stage;
  private long since = System.nanoTime();

  /** Starts the time of the first stage. */
  StageTimer(RowStage first) {
    stage = first;
  }

  /** Ends the current stage and starts the next. */
  void enter(RowStage next) {
    long now = System.nanoTime();
    add(stage, Duration.ofNanos(now - since));
    stage = next;
    since = now;
  }

  /** Moves time from one stage to another. */
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
