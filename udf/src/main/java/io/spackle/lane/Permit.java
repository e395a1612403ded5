package io.spackle.lane;

import java.util.concurrent.Semaphore;

/** A part of something bounded, held until {@link #close}. Not thread-safe. */
public final class Permit implements AutoCloseable {

  private final Semaphore semaphore;
  private int held;

  /**
   * @param held already taken from the semaphore
   */
  Permit(Semaphore semaphore, int held) {
    this.semaphore = semaphore;
    this.held = held;
  }

  /** Gives back what is more than that. */
  public void keep(int fewer) {
    int excess = Math.max(0, held - fewer);
    semaphore.release(excess);
    held -= excess;
  }

  @Override
  public void close() {
    keep(0);
  }
}
