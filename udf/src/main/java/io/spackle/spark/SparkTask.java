package io.spackle.spark;

import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.util.TaskCompletionListener;
import scala.jdk.javaapi.CollectionConverters;

/** The signals of a task that runs in Spark. */
public record SparkTask(TaskContext context) implements TaskSignals {

  @Override
  public boolean isInterrupted() {
    return context.isInterrupted();
  }

  /** Spark tells an executor's block manager when the executor is decommissioned. */
  @Override
  public boolean isLeaving() {
    return SparkEnv.get().blockManager().decommissioner().isDefined();
  }

  @Override
  public void onCompletion(Runnable action) {
    context.addTaskCompletionListener((TaskCompletionListener) ended -> action.run());
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
  public String process() {
    return process(SparkEnv.get().executorId());
  }

  /** Asks the driver, which knows of a lost executor before it repeats a task. */
  @Override
  public boolean isAlive(String process) {
    BlockManager own = SparkEnv.get().blockManager();
    return process.equals(process())
        || CollectionConverters.asJava(own.master().getPeers(own.blockManagerId())).stream()
            .anyMatch(peer -> process.equals(process(peer.executorId())));
  }

  private static String process(String executor) {
    return SparkEnv.get().conf().getAppId() + "." + executor;
  }

  @Override
  public Optional<String> gpuAddress() {
    ResourceInformation gpus = context.resourcesJMap().get("gpu");
    return Optional.ofNullable(gpus).map(found -> found.addresses()[0]);
  }
}
