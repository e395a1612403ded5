package io.spackle.jobs.output;

import io.spackle.jobs.output.History.Event;
import io.spackle.jobs.output.SimulatedProcess.Steps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A Spark job: each task runs on an executor, again if it fails or its executor is lost, and
 * sometimes twice at the same time.
 */
final class SimulatedJob {

  private static final int MOST_FAILURES = 4;
  private static final int ATTEMPTS_PER_DUPLICATE = 30;

  private final History history;
  private final Supplier<SimulatedProcess> executors;
  private final List<Task> tasks;

  /** A task, which can be attempted many times. */
  @FunctionalInterface
  interface Task {
    Attempt attempt(SimulatedProcess executor);
  }

  /** An attempt of a task, in steps. */
  @FunctionalInterface
  interface Attempt {

    /** Does one step; returns whether there are more. */
    boolean step() throws IOException;
  }

  private final List<List<Running>> attempts = new ArrayList<>();

  /**
   * @param executors the executor for the next attempt
   */
  SimulatedJob(History history, Supplier<SimulatedProcess> executors, List<Task> tasks) {
    this.history = history;
    this.executors = executors;
    this.tasks = tasks;
  }

  /** An attempt, and how it has ended. */
  private final class Running implements Steps {
    private final SimulatedProcess executor;
    private final Attempt attempt;
    private boolean hasSucceeded;
    private boolean hasFailed;

    Running(SimulatedProcess executor, Attempt attempt) {
      this.executor = executor;
      this.attempt = attempt;
    }

    @Override
    public boolean step() {
      try {
        hasSucceeded = !attempt.step();
      } catch (IOException | RuntimeException e) {
        history.log("a task fails: " + e);
        history.invariants().taskFailed(e);
        hasFailed = true;
      }
      return !hasSucceeded && !hasFailed;
    }

    boolean isLost() {
      return hasFailed || executor.isDead();
    }
  }

  /**
   * What the driver does again and again: starts what is to be started; returns whether all tasks
   * have succeeded. Duplicates may still run then.
   *
   * @throws IOException if a task has failed too often
   */
  boolean isDone() throws IOException {
    boolean isDone = true;
    for (int task = 0; task < tasks.size(); task++) {
      if (attempts.size() <= task) {
        attempts.add(new ArrayList<>());
      }
      boolean hasSucceeded = attempts.get(task).stream().anyMatch(each -> each.hasSucceeded);
      isDone &= hasSucceeded;
      if (!hasSucceeded) {
        startIfNeeded(task);
      }
    }
    return isDone;
  }

  /** Whether any attempt was not the only one: Spark ends all of a task but one. */
  boolean anyTaskLost() {
    return attempts.stream().anyMatch(each -> each.size() > 1);
  }

  private void startIfNeeded(int task) throws IOException {
    List<Running> started = attempts.get(task);
    boolean areLost = started.stream().allMatch(Running::isLost);
    if (areLost && started.size() > MOST_FAILURES) {
      throw new IOException("a task has failed too often");
    }
    boolean isDuplicate =
        !areLost && history.isDisturbed() && history.random(ATTEMPTS_PER_DUPLICATE) == 0;
    if (isDuplicate) {
      history.happens(Event.DUPLICATE_ATTEMPT);
    }
    if (areLost || isDuplicate) {
      SimulatedProcess executor = executors.get();
      Running attempt = new Running(executor, tasks.get(task).attempt(executor));
      started.add(attempt);
      history.start(executor, attempt);
    }
  }
}
