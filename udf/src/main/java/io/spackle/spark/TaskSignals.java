package io.spackle.spark;

import java.util.Optional;

/** What a task of Spark tells and asks of those who work for it. */
public interface TaskSignals {

  /** Whether the task was killed and is to stop. */
  boolean isInterrupted();

  /** Has something done when the task ends, however it ends. */
  void onCompletion(Runnable action);

  /** Whether the task failed; told once it has ended. */
  boolean hasFailed();

  /** Which try of this task it is, from 1. */
  int attempt();

  /** Tells this try apart from others of this task, and from all other tasks. */
  long attemptId();

  /** Whether Spark may try this task twice at the same time. */
  boolean mayHaveTwin();

  /** Which rows the task has, of those that were dealt out by a column. */
  TaskPartition part(String by);

  /** The address of the task's GPU, if it was given one. */
  Optional<String> gpuAddress();
}
