package io.spackle.stage;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/** Opens a job's model before its first row: what fails is told at once, what opens stays open. */
public final class ModelProbe {

  private ModelProbe() {}

  /** Opens the model on executors of the cluster, and returns why they could not. */
  public static List<String> problems(SparkContext spark, StageSettings settings) {
    int executors = executors(spark);
    return JavaSparkContext.fromSparkContext(spark)
        .parallelize(Collections.nCopies(executors, settings), executors)
        .map(ModelProbe::problem)
        .filter(Objects::nonNull)
        .distinct()
        .collect();
  }

  /** How many there are now. */
  static int executors(SparkContext spark) {
    // Among these is the driver, which has no tasks unless it is alone.
    return Math.max(1, spark.statusTracker().getExecutorInfos().length - 1);
  }

  /** Why a task of this executor cannot open the model, or null if it can. */
  private static String problem(StageSettings settings) {
    try {
      Executor.ofJvm().model(settings, new SparkTask(TaskContext.get()));
      return null;
    } catch (RuntimeException e) {
      return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }
  }
}
