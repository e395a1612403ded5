package io.spackle.family;

import io.spackle.family.InpaintedBatch.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Measures the stages of one batch. */
final class EngineTimer {

  private final Map<Stage, Duration> timings = new EnumMap<>(Stage.class);

  <T> T time(Stage stage, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      timings.merge(stage, Duration.ofNanos(System.nanoTime() - start), Duration::plus);
    }
  }

  Map<Stage, Duration> timings() {
    return timings;
  }
}
