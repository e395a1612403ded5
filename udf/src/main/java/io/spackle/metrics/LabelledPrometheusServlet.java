package io.spackle.metrics;

import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.metrics.sink.PrometheusServlet;

/**
 * Spark's Prometheus page of the driver, followed by the metrics of {@link SpacklePlugin} as
 * Prometheus wants them: one name per quantity, labels for {@code executor}, {@code code}, {@code
 * stage} and {@code status}, and counters that end in {@code _total}.
 *
 * <p>{@code spark.metrics.conf.driver.sink.prometheusServlet.class}; for the driver only, because
 * executors start their metrics before they have the jar of a job.
 */
public final class LabelledPrometheusServlet extends PrometheusServlet {

  /** A metric of the plugin in Spark's registry; in local mode it names no executor. */
  private static final Pattern OF_PLUGIN =
      Pattern.compile(
          ".*\\." + Pattern.quote(SpacklePlugin.class.getName()) + "\\.(?:executor_([^_]+)_)?(.+)");

  private static final Pattern FAILED = Pattern.compile("rows_failed_(.+)");
  private static final Pattern STAGE = Pattern.compile("stage_(.+)_seconds");

  private final MetricRegistry metrics;

  /** Called by Spark. */
  public LabelledPrometheusServlet(Properties properties, MetricRegistry metrics) {
    super(properties, metrics);
    this.metrics = metrics;
  }

  @Override
  public String getMetricsSnapshot(HttpServletRequest request) {
    return super.getMetricsSnapshot(request) + labelled(new TreeMap<>(metrics.getMetrics()));
  }

  /** The plugin's metrics among those of a registry, in Prometheus' text format. */
  static String labelled(SortedMap<String, Metric> metrics) {
    Map<String, StringBuilder> families = new TreeMap<>();
    metrics.forEach(
        (name, metric) -> {
          Matcher found = OF_PLUGIN.matcher(name);
          if (found.matches() && !found.group(2).equals(SpacklePlugin.EXECUTORS)) {
            String executor = found.group(1) == null ? SpacklePlugin.DRIVER : found.group(1);
            Sample sample = Sample.of(found.group(2));
            families
                .computeIfAbsent(sample.family(), Sample::head)
                .append(sample.line(executor, ExecutorMetrics.value(metric)));
          }
        });
    return String.join("", families.values());
  }

  /**
   * What a metric is to Prometheus.
   *
   * @param family the name of its quantity
   * @param label besides the executor, with a comma before it; or empty
   */
  private record Sample(String family, String label) {

    static Sample of(String name) {
      Matcher failed = FAILED.matcher(name);
      if (failed.matches()) {
        return new Sample(
            "spackle_rows_failed_total", label("code", failed.group(1).toUpperCase(Locale.ROOT)));
      }
      Matcher stage = STAGE.matcher(name);
      if (stage.matches()) {
        return new Sample("spackle_stage_seconds_total", label("stage", stage.group(1)));
      }
      return switch (name) {
        case "rows_succeeded", "rows_failed" ->
            new Sample("spackle_rows_total", label("status", name.substring("rows_".length())));
        case "batch_fill", "lane_idle_share" -> new Sample("spackle_" + name, "");
        default -> new Sample("spackle_" + name + "_total", "");
      };
    }

    private static String label(String name, String value) {
      return ",%s=\"%s\"".formatted(name, value);
    }

    static StringBuilder head(String family) {
      String type = family.endsWith("_total") ? "counter" : "gauge";
      return new StringBuilder("# TYPE %s %s\n".formatted(family, type));
    }

    String line(String executor, double value) {
      return "%s{executor=\"%s\"%s} %s\n".formatted(family, executor, label, value);
    }
  }
}
