package io.spackle.lane;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What the rows in flight before one lane share: fetches, cores and memory, handed out in the order
 * of asking.
 *
 * <p>A row takes a fetch slot, and keeps it until it holds memory for all that it will become; so
 * no more rows than fetch slots hold bytes beyond the bound. Whoever holds memory waits for cores
 * and the lane only, and those who hold these ask for no memory: there is no deadlock.
 */
public final class InFlightLimits {

  private static final int UNIT = 1024; // bytes; a semaphore counts in ints

  private final int fetchCount;
  private final int coreCount;
  private final int units;
  private final Semaphore fetches;
  private final Semaphore cores;
  private final Semaphore memory;

  /**
   * @param fetches rows that fetch at the same time
   * @param cores rows that decode or encode at the same time
   * @param bytes memory of all rows from decoding to writing
   */
  public InFlightLimits(int fetches, int cores, long bytes) {
    this.fetchCount = fetches;
    this.fetches = new Semaphore(fetches, true);
    this.coreCount = cores;
    this.cores = new Semaphore(cores, true);
    this.units = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT));
    this.memory = new Semaphore(units, true);
  }

  /** Something that waits, and ends early if its thread is interrupted. */
  @FunctionalInterface
  public interface Interruptible<T> {
    T call() throws InterruptedException;
  }

  /** Does something while holding a fetch slot. */
  public <T> T fetching(Interruptible<T> fetch) throws InterruptedException {
    return holding(fetches, fetch);
  }

  /** Does something that keeps a core busy. */
  public <T> T onCore(Interruptible<T> work) throws InterruptedException {
    return holding(cores, work);
  }

  /** Memory, if there is some left and nobody waits for it. */
  public Optional<Permit> memoryAtOnce(long bytes) throws InterruptedException {
    boolean taken = memory.tryAcquire(units(bytes), 0, TimeUnit.SECONDS);
    return taken ? Optional.of(new Permit(memory, units(bytes))) : Optional.empty();
  }

  /** Waits for memory; a row that needs more than there is gets all of it. */
  public Permit memory(long bytes) throws InterruptedException {
    memory.acquire(units(bytes));
    return new Permit(memory, units(bytes));
  }

  /** What a permit for memory counts. */
  public int units(long bytes) {
    return (int) Math.min(units, bytes / UNIT + 1);
  }

  /** Whether nobody holds anything. */
  public boolean areFree() {
    return fetches.availablePermits() == fetchCount
        && cores.availablePermits() == coreCount
        && memory.availablePermits() == units;
  }

  private static <T> T holding(Semaphore slots, Interruptible<T> work) throws InterruptedException {
    slots.acquire();
    try {
      return work.call();
    } finally {
      slots.release();
    }
  }
}
