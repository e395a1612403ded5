package io.spackle.task;

import io.spackle.lane.ExecutorGuard;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a job's model before its first row: failures are reported early, an open model is kept. */
public final class ModelProbe {

  private static final Logger LOG = LoggerFactory.getLogger(ModelProbe.class);

  private static final int MAX_PROBLEMS = 8;

  /** The version that Spackle is built with. */
  static final String ONNX_RUNTIME = "1.29.0";

  private ModelProbe() {}

  /**
   * Begins to open the model on the executors of the cluster, and does not wait: {@link #problems}
   * does. A problem is reported there.
   */
  public static void begin(SparkContext spark, TaskSettings settings) {
    slots(spark, settings).foreach(ModelProbe::begin);
  }

  /**
   * Opens the model on the executors of the cluster, on each of their GPUs, and returns the
   * failures, each with its executor.
   */
  public static List<String> problems(SparkContext spark, TaskSettings settings) {
    return slots(spark, settings)
        .map(ModelProbe::problem)
        .filter(Objects::nonNull)
        .collect()
        .stream()
        .distinct()
        .limit(MAX_PROBLEMS)
        .toList();
  }

  /** The settings, once for each task that the cluster runs at the same time. */
  private static JavaRDD<TaskSettings> slots(SparkContext spark, TaskSettings settings) {
    int slots = spark.defaultParallelism();
    return JavaSparkContext.fromSparkContext(spark)
        .parallelize(Collections.nCopies(slots, settings), slots);
  }

  private static void begin(TaskSettings settings) {
    try {
      ExecutorContext.ofJvm().begin(settings, new SparkTask(TaskContext.get()));
    } catch (RuntimeException e) {
      LOG.debug("the model is opened later", e); // which reports the problem
    }
  }

  /** The number of executors now. */
  static int executors(SparkContext spark) {
    // Spark counts the driver, which runs tasks only if it is alone.
    return Math.max(1, spark.statusTracker().getExecutorInfos().length - 1);
  }

  /** The number of devices of a job now: the GPUs that Spark assigns, else one per executor. */
  public static int devices(SparkContext spark) {
    int perExecutor = spark.getConf().getInt("spark.executor.resource.gpu.amount", 1);
    return executors(spark) * Math.max(1, perExecutor);
  }

  /** The reason why this task's executor cannot open the model, or null if it can. */
  private static String problem(TaskSettings settings) {
    TaskSignals task = new SparkTask(TaskContext.get());
    try {
      ExecutorContext.ofJvm().open(settings, task);
      return null;
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return place(SparkEnv.get(), task.gpuAddress()) + reason(cause);
    }
  }

  /** The reason of a failure; that of a missing library says which option brings it. */
  static String reason(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof NoClassDefFoundError && message.contains("onnxruntime")
        ? "ONNX Runtime is not on the class path; add it to spark-submit: --packages com.microsoft.onnxruntime:onnxruntime:%1$s, or for CUDA --packages com.microsoft.onnxruntime:onnxruntime_gpu:%1$s"
            .formatted(ONNX_RUNTIME)
        : message;
  }

  /** The executor, for a message; empty if it is the driver. */
  private static String place(SparkEnv spark, Optional<String> gpu) {
    if (ExecutorGuard.isDriver(spark)) {
      return "";
    }
    String host = spark.blockManager().blockManagerId().host();
    String address = gpu.map(id -> ", GPU address " + id).orElse("");
    return "executor %s on %s%s: ".formatted(spark.executorId(), host, address);
  }
}
