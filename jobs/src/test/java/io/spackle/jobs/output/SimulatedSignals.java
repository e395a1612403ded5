package io.spackle.jobs.output;

import io.spackle.spark.TaskSignals;
import java.util.Optional;

/** What Spark tells an attempt: the driver knows at once which executors of its run are alive. */
final class SimulatedSignals implements TaskSignals {

  private final SimulatedAttempt.Place place;
  private final long id;

  /**
   * @param id of the attempt
   */
  SimulatedSignals(SimulatedAttempt.Place place, long id) {
    this.place = place;
    this.id = id;
  }

  @Override
  public boolean isInterrupted() {
    return false;
  }

  @Override
  public boolean isLeaving() {
    return false;
  }

  @Override
  public void onCompletion(Runnable action) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public long attemptId() {
    return id;
  }

  @Override
  public String process() {
    return place.executor().name();
  }

  @Override
  public boolean isAlive(String process) {
    return place.isAlive().test(process);
  }

  @Override
  public Optional<String> gpuAddress() {
    return Optional.empty();
  }
}
