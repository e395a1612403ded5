package io.spackle.jobs.output;

/** A simulated process: a driver or an executor of a run. */
final class SimulatedProcess {

  /** What a process does, in steps, between which others do theirs. */
  @FunctionalInterface
  interface Steps {

    /** Does one step; returns whether there are more. */
    boolean step();
  }

  private final String run;
  private final String name;
  private long fenceSeen = Long.MIN_VALUE;
  private long fenceSeenBefore = Long.MIN_VALUE;
  private boolean isDead;
  private boolean isSuspended;

  SimulatedProcess(String run, String name) {
    this.run = run;
    this.name = name;
  }

  String run() {
    return run;
  }

  /** A name that no other process has. */
  String name() {
    return run + "-" + name;
  }

  boolean isDead() {
    return isDead;
  }

  void die() {
    isDead = true;
  }

  boolean canRun() {
    return !isDead && !isSuspended;
  }

  void suspend(boolean suspended) {
    isSuspended = suspended;
  }

  /** Records when it has last looked for the fence of its run. */
  void looksForFence(long now) {
    fenceSeen = now;
  }

  /**
   * It has made the change that it has looked for the fence for; folders take several deletions.
   */
  void changes(SimulatedStore.Kind kind) {
    if (kind != SimulatedStore.Kind.DELETE) {
      fenceSeenBefore = fenceSeen;
      fenceSeen = Long.MIN_VALUE;
    }
  }

  /** It will repeat the change, since it got no answer. */
  void repeatsChange() {
    fenceSeen = fenceSeen == Long.MIN_VALUE ? fenceSeenBefore : fenceSeen;
  }

  /** How long it may be suspended so that a change is made some time after the look at most. */
  long patience(long now, long millis) {
    return fenceSeen == Long.MIN_VALUE ? Long.MAX_VALUE : Math.max(0, fenceSeen + millis - now);
  }

  @Override
  public String toString() {
    return name();
  }
}
