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
import org.apache.spark.api.java.JavaSparkContext;

/** Opens a job's model before its first row: what fails is told at once, what opens stays open. */
public final class ModelProbe {

  private static final int MOST_TOLD = 8;

  private ModelProbe() {}

  /**
   * Opens the model on executors of the cluster, on each GPU that they hand out, and returns why
   * they could not, each with the executor.
   */
  public static List<String> problems(SparkContext spark, TaskSettings settings) {
    int slots = spark.defaultParallelism();
    return JavaSparkContext.fromSparkContext(spark)
        .parallelize(Collections.nCopies(slots, settings), slots)
        .map(ModelProbe::problem)
        .filter(Objects::nonNull)
        .distinct()
        .take(MOST_TOLD);
  }

  /** How many there are now. */
  static int executors(SparkContext spark) {
    // Among these is the driver, which has no tasks unless it is alone.
    return Math.max(1, spark.statusTracker().getExecutorInfos().length - 1);
  }

  /** On how many devices a job paints now: the GPUs that Spark hands out, else one per executor. */
  public static int devices(SparkContext spark) {
    int each = spark.getConf().getInt("spark.executor.resource.gpu.amount", 1);
    return executors(spark) * Math.max(1, each);
  }

  /** Why a task of this executor cannot open the model, or null if it can. */
  private static String problem(TaskSettings settings) {
    TaskSignals task = new SparkTask(TaskContext.get());
    try {
      ExecutorContext.ofJvm().model(settings, task);
      return null;
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return place(SparkEnv.get(), task.gpuAddress()) + cause.getMessage();
    }
  }

  /** Where that is, unless it is here. */
  private static String place(SparkEnv spark, Optional<String> gpu) {
    if (ExecutorGuard.isDriver(spark)) {
      return "";
    }
    String host = spark.blockManager().blockManagerId().host();
    String address = gpu.map(given -> ", GPU address " + given).orElse("");
    return "executor %s on %s%s: ".formatted(spark.executorId(), host, address);
  }
}
