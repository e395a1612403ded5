package io.spackle.lane;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Coordination of all lanes of a JVM around batches that may crash or hang the process. */
public final class ExecutorGuard {

  /** The exit code of an executor that gives up, distinct from crashes in Spark's logs. */
  static final int GIVEN_UP_EXIT_CODE = 75;

  private static final int POLL_SECONDS = 1;

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorGuard.class);

  private final ReadWriteLock batches = new ReentrantReadWriteLock(true);
  private final BooleanSupplier isExecutor;
  private final Runnable halt;
  private volatile boolean hasGivenUp;

  /**
   * @param isExecutor whether this process is an executor and nothing else
   * @param halt ends the process at once
   */
  public ExecutorGuard(BooleanSupplier isExecutor, Runnable halt) {
    this.isExecutor = isExecutor;
    this.halt = halt;
  }

  /** The guard of this JVM. */
  public static ExecutorGuard ofJvm() {
    // Not System.exit, which would wait for the call that does not return.
    return new ExecutorGuard(
        ExecutorGuard::isDedicatedExecutor, () -> Runtime.getRuntime().halt(GIVEN_UP_EXIT_CODE));
  }

  /** Runs a batch while those of other lanes may run. */
  void shared(Runnable batch) {
    holding(batches.readLock(), batch);
  }

  /** Runs a batch while no other runs in this JVM: a crash is then caused by this batch. */
  void exclusive(Runnable batch) {
    holding(batches.writeLock(), batch);
  }

  /**
   * Ends an executor, which Spark replaces. In local mode the process is also the driver and goes
   * on, so that it can report the outcome of the job; its markers stay, as if it had crashed.
   */
  void giveUp(String reason) {
    hasGivenUp = true;
    if (isExecutor.getAsBoolean()) {
      LOG.error("{}: exiting this executor", reason);
      halt.run();
    } else {
      LOG.error("{}: restart this process", reason);
    }
  }

  /** Whether {@link #giveUp} was called. */
  public boolean hasGivenUp() {
    return hasGivenUp;
  }

  private static boolean isDedicatedExecutor() {
    return SparkEnv.get() != null && !isDriver(SparkEnv.get());
  }

  /** Whether this process is the driver, which runs tasks in local mode. */
  public static boolean isDriver(SparkEnv spark) {
    return spark.executorId().equals("driver");
  }

  /** Does not wait for the lock after a lane gave up, since that lane never releases it. */
  private void holding(Lock lock, Runnable batch) {
    boolean locked = false;
    try {
      while (!locked && !hasGivenUp) {
        locked = lock.tryLock(POLL_SECONDS, TimeUnit.SECONDS);
      }
      batch.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for other batches");
    } finally {
      if (locked) {
        lock.unlock();
      }
    }
  }
}
