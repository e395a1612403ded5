package io.spackle.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The signals of a row that Spark has painted without a task: it computes small tables that stand
 * in a query itself on the driver.
 */
public final class DriverSignals implements TaskSignals, AutoCloseable {

  private final Deque<Runnable> actions = new ArrayDeque<>();

  @Override
  public boolean isInterrupted() {
    return false;
  }

  @Override
  public void onCompletion(Runnable action) {
    actions.push(action);
  }

  @Override
  public boolean hasFailed() {
    return false;
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public long attemptId() {
    return 0;
  }

  @Override
  public boolean mayHaveTwin() {
    return false;
  }

  @Override
  public TaskPartition part(String by) {
    return new TaskPartition(by, 0, 1);
  }

  @Override
  public Optional<String> gpuAddress() {
    return Optional.empty();
  }

  @Override
  public void close() {
    actions.forEach(Runnable::run);
  }
}
