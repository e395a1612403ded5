package io.spackle.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricSet;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of executors ({@link ExecutorMetrics}) in Spark's own metrics system: {@code
 * spark.plugins = io.spackle.metrics.SpacklePlugin}.
 *
 * <p>Each executor reports them through its configured sinks. It also sends them to the driver
 * every five seconds, which reports them as {@code executor_<id>_<metric>}: a scraper finds all
 * executors at the driver's endpoint.
 */
public final class SpacklePlugin implements SparkPlugin {

  private static final Logger LOG = LoggerFactory.getLogger(SpacklePlugin.class);
  private static final long REPORT_MILLIS = 5_000;

  /** Spark's id of the executor in local mode, which shares the driver's metrics system. */
  static final String DRIVER = "driver";

  /** The name of the number of executors that have sent values. */
  static final String EXECUTORS = "executors_heard_of";

  @Override
  public DriverPlugin driverPlugin() {
    return new DriverSide();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorSide();
  }

  /**
   * The message from an executor to the driver.
   *
   * @param values of all metrics by name
   */
  private record Report(String executor, HashMap<String, Double> values) implements Serializable {}

  /** The last reports of all executors, as gauges. */
  private static final class DriverSide implements DriverPlugin {

    private final Map<String, Map<String, Double>> byExecutor = new ConcurrentHashMap<>();
    private PluginContext context;

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext pluginContext) {
      context = pluginContext;
      return Map.of();
    }

    @Override
    public void registerMetrics(String application, PluginContext given) {
      Gauge<Integer> executors = byExecutor::size;
      given.metricRegistry().registerGauge(EXECUTORS, executors);
    }

    @Override
    public Object receive(Object message) {
      Report report = (Report) message;
      boolean isNew = byExecutor.put(report.executor(), report.values()) == null;
      if (isNew) {
        report.values().keySet().forEach(name -> register(report.executor(), name));
      }
      return null;
    }

    private void register(String executor, String name) {
      Gauge<Double> value = () -> byExecutor.get(executor).get(name);
      context.metricRegistry().registerGauge("executor_" + executor + "_" + name, value);
    }
  }

  /** The metrics of this JVM. */
  private static final class ExecutorSide implements ExecutorPlugin {

    private final Timer timer = new Timer("spackle-metrics", true);

    @Override
    public void init(PluginContext context, Map<String, String> extra) {
      MetricSet metrics = ExecutorMetrics.ofJvm().metrics();
      context.metricRegistry().registerAll(metrics);
      if (!context.executorID().equals(DRIVER)) {
        timer.schedule(
            new TimerTask() {
              @Override
              public void run() {
                report(context, metrics);
              }
            },
            REPORT_MILLIS,
            REPORT_MILLIS);
      }
    }

    @Override
    public void shutdown() {
      timer.cancel();
    }

    private static void report(PluginContext context, MetricSet metrics) {
      HashMap<String, Double> values = new HashMap<>();
      metrics
          .getMetrics()
          .forEach((name, metric) -> values.put(name, ExecutorMetrics.value(metric)));
      try {
        context.send(new Report(context.executorID(), values));
      } catch (Exception e) { // metrics must not stop an executor
        LOG.warn("cannot send metrics to the driver: {}", e.toString());
      }
    }
  }
}
