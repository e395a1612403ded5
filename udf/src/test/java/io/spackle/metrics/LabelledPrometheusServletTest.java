package io.spackle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LabelledPrometheusServletTest {

  private static final String PLUGIN = "spackle.driver.plugin.io.spackle.metrics.SpacklePlugin.";

  private static final Pattern SAMPLE =
      Pattern.compile("spackle_[a-z_]+\\{[a-z]+=\"[^\"]+\"(,[a-z]+=\"[^\"]+\")?} [0-9.E-]+");

  private static final Pattern NAME = Pattern.compile("spackle_[a-z_]+");

  @Test
  void metricsOfAnExecutorHaveLabels() {
    String page =
        labelled(
            Map.of(
                PLUGIN + "executor_7_rows_succeeded", counter(5),
                PLUGIN + "executor_7_rows_failed", counter(2),
                PLUGIN + "executor_7_rows_failed_fetch_timeout", counter(2),
                PLUGIN + "executor_7_stage_fetch_seconds", gauge(1.5),
                PLUGIN + "executor_7_batch_fill", gauge(0.75)));
    assertThat(page)
        .isEqualTo(
            """
            # TYPE spackle_batch_fill gauge
            spackle_batch_fill{executor="7"} 0.75
            # TYPE spackle_rows_failed_total counter
            spackle_rows_failed_total{executor="7",code="FETCH_TIMEOUT"} 2.0
            # TYPE spackle_rows_total counter
            spackle_rows_total{executor="7",status="failed"} 2.0
            spackle_rows_total{executor="7",status="succeeded"} 5.0
            # TYPE spackle_stage_seconds_total counter
            spackle_stage_seconds_total{executor="7",stage="fetch"} 1.5
            """);
  }

  @Test
  void inLocalModeTheExecutorIsTheDriver() {
    assertThat(labelled(Map.of(PLUGIN + "images", counter(3))))
        .contains("spackle_images_total{executor=\"driver\"} 3.0");
  }

  @Test
  void metricsOfSparkAndTheNumberOfExecutorsAreLeftOut() {
    assertThat(
            labelled(
                Map.of(
                    "spackle.driver.jvm.heap", gauge(1), PLUGIN + "executors_heard_of", gauge(1))))
        .isEmpty();
  }

  /** Prometheus rejects a page on which the samples of a name do not follow one another. */
  @Test
  void samplesOfANameStandTogetherBelowItsType() {
    List<String> types = new ArrayList<>();
    for (String line : page().split("\n")) {
      if (line.startsWith("# TYPE ")) {
        types.add(line.split(" ")[2]);
        assertThat(line).endsWith(line.contains("_total ") ? " counter" : " gauge");
      } else {
        assertThat(line).matches(SAMPLE).startsWith(types.get(types.size() - 1) + "{");
      }
    }
    assertThat(types).doesNotHaveDuplicates();
  }

  @Test
  void codesAndStagesAreThoseOfTheMetaRows() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(page()).contains("code=\"" + code.name() + "\"");
    }
    for (RowStage stage : RowStage.values()) {
      assertThat(page()).contains("stage=\"" + stage.label() + "\"");
    }
  }

  @Test
  void dashboardAndAlertsUseMetricsThatExist() throws IOException {
    List<String> expressions = new ArrayList<>();
    JsonNode dashboard =
        new ObjectMapper().readTree(Path.of("../conf/monitoring/grafana.json").toFile());
    dashboard.findValues("expr").forEach(expression -> expressions.add(expression.asText()));
    assertThat(expressions).hasSizeGreaterThan(8);
    expressions.add(Files.readString(Path.of("../conf/monitoring/alerts.yml")));
    assertThat(expressions)
        .allSatisfy(
            expression ->
                assertThat(NAME.matcher(expression).results().map(found -> found.group()))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(page()).contains("# TYPE " + name + " ")));
  }

  @Test
  void operationsPageListsEveryName() throws IOException {
    String operations = Files.readString(Path.of("../docs/operations.md"));
    assertThat(NAME.matcher(page()).results().map(found -> found.group()).distinct())
        .allSatisfy(name -> assertThat(operations).contains("`" + name));
  }

  /** The page of two executors. */
  private static String page() {
    Map<String, Metric> metrics = new TreeMap<>();
    Stream.of("executor_0_", "executor_1_")
        .forEach(
            executor ->
                new ExecutorMetrics()
                    .metrics()
                    .getMetrics()
                    .forEach((name, metric) -> metrics.put(PLUGIN + executor + name, metric)));
    return labelled(metrics);
  }

  private static String labelled(Map<String, Metric> metrics) {
    return LabelledPrometheusServlet.labelled(new TreeMap<>(metrics));
  }

  private static Metric counter(long count) {
    Counter counter = new Counter();
    counter.inc(count);
    return counter;
  }

  private static Metric gauge(double value) {
    return (Gauge<Double>) () -> value;
  }
}
