package io.spackle.spark;

import java.util.Optional;

/** The state of a Spark task, for the code that runs in it. */
public interface TaskSignals {

  /** Whether the task was killed and must stop. */
  boolean isInterrupted();

  /**
   * Whether this process was told to go: the task should publish what it has, and leave the rest of
   * its rows to another process.
   */
  boolean isLeaving();

  /** Registers an action that runs when the task ends, with or without success. */
  void onCompletion(Runnable action);

  /** The number of this attempt of the task, from 1. */
  int attempt();

  /** An id that is unique among all attempts of all tasks. */
  long attemptId();

  /** The name of this process, which no other process has or had. */
  String process();

  /** Whether Spark takes a process of some name for alive. */
  boolean isAlive(String process);

  /** The address of the GPU assigned to the task, if any. */
  Optional<String> gpuAddress();
}
