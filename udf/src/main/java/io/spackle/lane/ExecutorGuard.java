package io.spackle.lane;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all lanes of a JVM do about runs of a model that may take the JVM with them. */
public final class ExecutorGuard {

  /** How an executor ends that has given up: told apart from crashes in Spark's logs. */
  static final int GIVEN_UP = 75;

  private static final int LOOK_SECONDS = 1;

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorGuard.class);

  private final ReadWriteLock runs = new ReentrantReadWriteLock(true);
  private final BooleanSupplier isExecutor;
  private final Runnable halt;
  private volatile boolean givenUp;

  /**
   * @param isExecutor whether this process is an executor's alone
   * @param halt ends the process at once
   */
  public ExecutorGuard(BooleanSupplier isExecutor, Runnable halt) {
    this.isExecutor = isExecutor;
    this.halt = halt;
  }

  public static ExecutorGuard ofJvm() {
    // Not by System.exit, which would wait for the call that does not come back.
    return new ExecutorGuard(
        ExecutorGuard::isExecutorOfItsOwn, () -> Runtime.getRuntime().halt(GIVEN_UP));
  }

  /** Runs a batch, beside those of other lanes. */
  <T> T together(Supplier<T> batch) {
    return holding(runs.readLock(), batch);
  }

  /** Runs a batch while no other runs in this JVM: if it dies, this one killed it. */
  <T> T alone(Supplier<T> batch) {
    return holding(runs.writeLock(), batch);
  }

  /**
   * Ends an executor, in whose place Spark starts another. A driver that paints itself (local mode)
   * goes on, so that it can tell how the job ended; its marks stay, as if it had died.
   */
  void giveUp(String why) {
    givenUp = true;
    if (isExecutor.getAsBoolean()) {
      LOG.error("{}: this executor ends itself", why);
      halt.run();
    } else {
      LOG.error("{}: a new process is needed", why);
    }
  }

  public boolean haveGivenUp() {
    return givenUp;
  }

  private static boolean isExecutorOfItsOwn() {
    return SparkEnv.get() != null && !isDriver(SparkEnv.get());
  }

  /** Whether this process is the driver, which in local mode has tasks, too. */
  public static boolean isDriver(SparkEnv spark) {
    return spark.executorId().equals("driver");
  }

  /** Who has given up holds its lock for ever. */
  private <T> T holding(Lock lock, Supplier<T> batch) {
    boolean locked = false;
    try {
      while (!locked && !givenUp) {
        locked = lock.tryLock(LOOK_SECONDS, TimeUnit.SECONDS);
      }
      return batch.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while other runs of the model went on");
    } finally {
      if (locked) {
        lock.unlock();
      }
    }
  }
}
