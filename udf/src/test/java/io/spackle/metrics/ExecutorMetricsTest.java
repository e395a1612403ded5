package io.spackle.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.pipeline.TestImages;
import io.spackle.row.ErrorCode;
import io.spackle.row.InputVersions;
import io.spackle.row.ModelShare;
import io.spackle.row.Outcome;
import io.spackle.row.RowStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExecutorMetricsTest {

  private final ExecutorMetrics metrics = new ExecutorMetrics();

  @Test
  void rowsAreCountedByOutcome() {
    metrics.add(succeeded(2));
    metrics.add(succeeded(1));
    metrics.add(failed(ErrorCode.FETCH_TIMEOUT));
    assertThat(value("rows_succeeded")).isEqualTo(2);
    assertThat(value("images")).isEqualTo(3);
    assertThat(value("rows_failed")).isEqualTo(1);
    assertThat(value("rows_failed_fetch_timeout")).isEqualTo(1);
    assertThat(value("rows_failed_fetch_tls")).isZero();
  }

  @Test
  void stageTimesOfAllRowsAreSummed() {
    metrics.add(succeeded(1));
    metrics.add(failed(ErrorCode.FETCH_TIMEOUT));
    assertThat(value("stage_fetch_seconds")).isEqualTo(0.75);
    assertThat(value("stage_paint_seconds")).isEqualTo(2);
    assertThat(value("stage_write_seconds")).isZero();
  }

  @Test
  void batchFillIsTheShareOfThePossibleImages() {
    assertThat(value("batch_fill")).as("no batch yet").isZero();
    metrics.addBatch(8, 8);
    metrics.addBatch(4, 8);
    assertThat(value("batches")).isEqualTo(2);
    assertThat(value("batch_images")).isEqualTo(12);
    assertThat(value("batch_fill")).isEqualTo(0.75);
  }

  @Test
  void laneIsIdleWhileItIsOpenWithoutABatch() throws InterruptedException {
    assertThat(value("lane_idle_share")).as("no lane yet").isEqualTo(1);
    metrics.laneOpened();
    Thread.sleep(50);
    assertThat(value("lane_open_seconds")).isBetween(0.05, 20.0);
    metrics.laneClosed();
    double open = value("lane_open_seconds");
    assertThat(value("lane_open_seconds")).as("closed").isEqualTo(open);
    metrics.addBusy(Duration.ofNanos((long) (open * 1e9 / 4)));
    assertThat(value("lane_busy_seconds")).isCloseTo(open / 4, within(1e-6));
    assertThat(value("lane_idle_share")).isCloseTo(0.75, within(1e-6));
  }

  /** A name on the page stands for several metrics if it contains a stage or a code. */
  @Test
  void operationsPageListsEveryMetric() throws IOException {
    String page = Files.readString(Path.of("../docs/operations.md"));
    assertThat(metrics.metrics().getMetrics().keySet())
        .allSatisfy(name -> assertThat(page).contains("| `" + general(name) + "` |"));
  }

  private static String general(String name) {
    for (RowStage stage : RowStage.values()) {
      if (name.equals("stage_" + stage.label() + "_seconds")) {
        return "stage_<stage>_seconds";
      }
    }
    for (ErrorCode code : ErrorCode.values()) {
      if (name.equals("rows_failed_" + code.name().toLowerCase(Locale.ROOT))) {
        return "rows_failed_<code>";
      }
    }
    return name;
  }

  private double value(String name) {
    return ExecutorMetrics.value(metrics.metrics().getMetrics().get(name));
  }

  private static Outcome succeeded(int images) {
    return new Outcome.Succeeded(
        TestImages.row("a"),
        new Outcome.Images(
            List.of("x.png", "y.png").subList(0, images),
            TestImages.SIDE,
            TestImages.SIDE,
            List.of(),
            List.of(),
            new Outcome.UsedMask(0.5, null, false)),
        new Outcome.InputDigests("", "", null, null),
        InputVersions.NONE,
        Set.of(),
        new ModelShare(Duration.ofSeconds(1), 10),
        Map.of(RowStage.FETCH, Duration.ofMillis(250), RowStage.PAINT, Duration.ofSeconds(2)));
  }

  private static Outcome failed(ErrorCode code) {
    return new Outcome.Failed(
        "a", null, code, "", RowStage.FETCH, Map.of(RowStage.FETCH, Duration.ofMillis(500)));
  }
}
