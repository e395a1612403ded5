package io.spackle.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The signals of a task without Spark. Each task is in a process of its own, which is dead. */
public final class FakeTask implements TaskSignals {

  private static final AtomicLong ATTEMPTS = new AtomicLong();

  private final List<Runnable> completions = new ArrayList<>();
  private final long attempt = ATTEMPTS.incrementAndGet();
  private final String process = "app-1." + UUID.randomUUID();
  private final Set<String> alive = ConcurrentHashMap.newKeySet();
  private volatile boolean isInterrupted;
  private volatile boolean isLeaving;
  private String gpu;

  /** Lets this task see the process of another one as alive. */
  public FakeTask seesAlive(FakeTask other) {
    alive.add(other.process);
    return this;
  }

  /** Gives the task a GPU. */
  public FakeTask onGpu(String address) {
    gpu = address;
    return this;
  }

  public void interrupt() {
    isInterrupted = true;
  }

  /** Tells the task's process to go. */
  public void leave() {
    isLeaving = true;
  }

  public void complete() {
    completions.forEach(Runnable::run);
  }

  @Override
  public boolean isInterrupted() {
    return isInterrupted;
  }

  @Override
  public boolean isLeaving() {
    return isLeaving;
  }

  @Override
  public void onCompletion(Runnable action) {
    completions.add(action);
  }

  @Override
  public int attempt() {
    return 2;
  }

  @Override
  public long attemptId() {
    return attempt;
  }

  @Override
  public String process() {
    return process;
  }

  @Override
  public boolean isAlive(String name) {
    return name.equals(process) || alive.contains(name);
  }

  @Override
  public Optional<String> gpuAddress() {
    return Optional.ofNullable(gpu);
  }
}
