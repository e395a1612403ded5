package io.spackle.metrics;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
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
 * <p>Each executor reports them through the sinks that it has. It also tells the driver of them
 * every five seconds, which reports them as {@code executor_<id>_<metric>}: a scraper finds all
 * executors at the driver's page.
 */
public final class SpacklePlugin implements SparkPlugin {

  private static final Logger LOG = LoggerFactory.getLogger(SpacklePlugin.class);
  private static final long TELLING_MILLIS = 5_000;

  /** What Spark calls the executor of local mode, which has the driver's metrics system. */
  private static final String DRIVER = "driver";

  @Override
  public DriverPlugin driverPlugin() {
    return new OfDriver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new OfExecutor();
  }

  /**
   * What an executor tells the driver.
   *
   * @param values of all metrics by their names
   */
  private record Told(String executor, HashMap<String, Double> values) implements Serializable {}

  /** What executors told last, as gauges. */
  private static final class OfDriver implements DriverPlugin {

    private final Map<String, Map<String, Double>> byExecutor = new ConcurrentHashMap<>();
    private PluginContext context;

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext given) {
      context = given;
      return Map.of();
    }

    @Override
    public void registerMetrics(String application, PluginContext given) {
      Gauge<Integer> executors = byExecutor::size;
      given.metricRegistry().registerGauge("executors_heard_of", executors);
    }

    @Override
    public Object receive(Object message) {
      Told told = (Told) message;
      boolean isNew = byExecutor.put(told.executor(), told.values()) == null;
      if (isNew) {
        told.values().keySet().forEach(name -> register(told.executor(), name));
      }
      return null;
    }

    private void register(String executor, String name) {
      Gauge<Double> value = () -> byExecutor.get(executor).get(name);
      context.metricRegistry().registerGauge("executor_" + executor + "_" + name, value);
    }
  }

  /** The metrics of this JVM. */
  private static final class OfExecutor implements ExecutorPlugin {

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
                tell(context, metrics);
              }
            },
            TELLING_MILLIS,
            TELLING_MILLIS);
      }
    }

    @Override
    public void shutdown() {
      timer.cancel();
    }

    private static void tell(PluginContext context, MetricSet metrics) {
      HashMap<String, Double> values = new HashMap<>();
      metrics.getMetrics().forEach((name, metric) -> values.put(name, value(metric)));
      try {
        context.send(new Told(context.executorID(), values));
      } catch (Exception e) { // a driver that does not listen is no reason to stop painting
        LOG.warn("the driver could not be told of metrics: {}", e.toString());
      }
    }

    private static double value(Metric metric) {
      return metric instanceof Counting counter
          ? counter.getCount()
          : ((Number) ((Gauge<?>) metric).getValue()).doubleValue();
    }
  }
}
