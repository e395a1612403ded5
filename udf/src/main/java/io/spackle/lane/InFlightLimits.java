package io.spackle.lane;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The limits that the rows in flight of an executor share, whatever its devices: fetches, cores and
 * memory, granted in the order of requests.
 *
 * <p>A row acquires a fetch slot and keeps it until it holds memory for everything that it will
 * become; so at most as many rows as there are fetch slots hold bytes beyond the memory limit. Rows
 * that hold memory wait for cores and the lane only, and rows that hold these request no memory, so
 * there is no deadlock.
 *
 * <p>A row that waits for a host {@linkplain FetchSlot#resting rests}: it has no slot then, so rows
 * of other hosts go on. It may hold what the host makes it wait for when it waits for its slot
 * again, but no row that has a slot waits for a host. The files that it has fetched before count as
 * memory meanwhile, even beyond the limit.
 */
public final class InFlightLimits {

  private static final int UNIT = 1024; // bytes; a semaphore counts in ints

  private final int fetchCount;
  private final int coreCount;
  private final int units;
  private final Semaphore fetches;
  private final Semaphore cores;
  private final Memory memory;

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
    this.memory = new Memory(units);
  }

  /** Work that may block and that ends early if its thread is interrupted. */
  @FunctionalInterface
  public interface Interruptible<T> {
    T call() throws InterruptedException;
  }

  /** Permits that can be taken although there are none. */
  private static final class Memory extends Semaphore {
    private static final long serialVersionUID = 1L;

    Memory(int units) {
      super(units, true);
    }

    void take(int units) {
      reducePermits(units);
    }
  }

  /** A slot in which a row fetches. Not thread-safe. */
  public final class FetchSlot implements AutoCloseable {
    private boolean isHeld = true;
    private long bytes;

    private FetchSlot() {}

    /** Adds to the bytes that the row has fetched. */
    public void hold(long fetched) {
      bytes += fetched;
    }

    /**
     * Gives the slot back for a wait in which the row fetches nothing, then waits for one again.
     */
    public void resting(Resting wait) throws InterruptedException {
      int held = units(bytes);
      memory.take(held);
      close();
      try {
        wait.await();
        fetches.acquire();
        isHeld = true;
      } finally {
        memory.release(held);
      }
    }

    @Override
    public void close() {
      if (isHeld) {
        isHeld = false;
        fetches.release();
      }
    }
  }

  /** A wait that ends early if its thread is interrupted. */
  @FunctionalInterface
  public interface Resting {
    void await() throws InterruptedException;
  }

  /** Memory granted to a row, held until {@link #close}. Not thread-safe. */
  public final class MemoryPermit implements AutoCloseable {
    private int heldUnits;

    /** The units are acquired already. */
    private MemoryPermit(int units) {
      this.heldUnits = units;
    }

    /** Releases what is held beyond some bytes. */
    public void shrinkTo(long bytes) {
      releaseAbove(units(bytes));
    }

    @Override
    public void close() {
      releaseAbove(0);
    }

    private void releaseAbove(int keptUnits) {
      int excess = Math.max(0, heldUnits - keptUnits);
      memory.release(excess);
      heldUnits -= excess;
    }
  }

  /** Waits for a fetch slot. */
  public FetchSlot fetchSlot() throws InterruptedException {
    fetches.acquire();
    return new FetchSlot();
  }

  /** Runs work that keeps a core busy. */
  public <T> T onCore(Interruptible<T> work) throws InterruptedException {
    cores.acquire();
    try {
      return work.call();
    } finally {
      cores.release();
    }
  }

  /** Memory, if it is free and no other row waits for memory. */
  public Optional<MemoryPermit> tryMemory(long bytes) throws InterruptedException {
    boolean isAcquired = memory.tryAcquire(units(bytes), 0, TimeUnit.SECONDS);
    return isAcquired ? Optional.of(new MemoryPermit(units(bytes))) : Optional.empty();
  }

  /** Waits for memory; a row that needs more than the limit gets all of it. */
  public MemoryPermit memory(long bytes) throws InterruptedException {
    memory.acquire(units(bytes));
    return new MemoryPermit(units(bytes));
  }

  /** Whether no row holds anything. */
  public boolean areFree() {
    return fetches.availablePermits() == fetchCount
        && cores.availablePermits() == coreCount
        && memory.availablePermits() == units;
  }

  private int units(long bytes) {
    return (int) Math.min(units, bytes / UNIT + 1);
  }
}
