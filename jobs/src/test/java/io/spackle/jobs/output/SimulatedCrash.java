package io.spackle.jobs.output;

/** The end of a simulated process: an error, since code that handles exceptions would go on. */
final class SimulatedCrash extends Error {

  private static final long serialVersionUID = 1L;

  private final boolean isNew;

  /**
   * @param isNew whether the process crashes now; otherwise it is dead already
   */
  SimulatedCrash(boolean isNew) {
    super("crash", null, false, false);
    this.isNew = isNew;
  }

  boolean isNew() {
    return isNew;
  }
}
