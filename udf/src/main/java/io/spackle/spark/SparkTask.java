package io.spackle.spark;

import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;

/** The signals of a task that runs in Spark. */
public record SparkTask(TaskContext context) implements TaskSignals {

  @Override
  public boolean isInterrupted() {
    return context.isInterrupted();
  }

  @Override
  public void onCompletion(Runnable action) {
    context.addTaskCompletionListener((TaskCompletionListener) ended -> action.run());
  }

  @Override
  public boolean hasFailed() {
    return context.isFailed();
  }

  @Override
  public int attempt() {
    return context.attemptNumber() + 1;
  }

  @Override
  public long attemptId() {
    return context.taskAttemptId();
  }

  @Override
  public boolean mayHaveDuplicate() {
    return SparkEnv.get().conf().getBoolean("spark.speculation", false);
  }

  @Override
  public TaskPartition partition(String column) {
    return new TaskPartition(column, context.partitionId(), context.numPartitions());
  }

  @Override
  public Optional<String> gpuAddress() {
    ResourceInformation gpus = context.resourcesJMap().get("gpu");
    return Optional.ofNullable(gpus).map(found -> found.addresses()[0]);
  }
}
