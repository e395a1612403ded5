package io.spackle.graph;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The calls into ONNX Runtime that are in progress in this process, and its end: native code that
 * still computes while the process is taken apart crashes it.
 *
 * <p>When the process ends, by a signal or by itself, runs are terminated, and the end waits until
 * all calls have returned. Later calls are refused.
 */
final class NativeCalls {

  /** Loading a graph cannot be terminated; a container is killed after about half a minute. */
  private static final long LONGEST_WAIT_SECONDS = 20;

  /** Read-locked by each call, write-locked for good at the end. */
  private static final ReadWriteLock CALLS = new ReentrantReadWriteLock();

  private static final Cancellation END = new Cancellation();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(NativeCalls::end, "spackle-end"));
  }

  private NativeCalls() {}

  /** A call in progress, until closed. */
  interface Call extends AutoCloseable {

    @Override
    void close();
  }

  /**
   * Begins a call.
   *
   * @throws CancellationException if the process ends
   */
  static Call begin() {
    if (isEnding() || !CALLS.readLock().tryLock()) {
      throw new CancellationException("the process ends");
    }
    return CALLS.readLock()::unlock;
  }

  /** Whether the process ends: a run that fails was probably terminated. */
  static boolean isEnding() {
    return END.isCancelled();
  }

  /** Registers an action that terminates a call when the process ends. */
  static Cancellation.Registration onEnd(Runnable terminate) {
    return END.onCancel(terminate);
  }

  private static void end() {
    END.cancel();
    try {
      if (!CALLS.writeLock().tryLock(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        System.err.println(
            "ONNX Runtime has not returned for %d s: the process ends nevertheless"
                .formatted(LONGEST_WAIT_SECONDS));
      } // never unlocked otherwise
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
