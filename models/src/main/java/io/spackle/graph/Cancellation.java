package io.spackle.graph;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * A cancellation signal for work in progress, including native runs. It cannot be reset.
 *
 * <p>Interrupts do not reach native code, so each native run registers an action that ends it. Work
 * checks the signal between native runs, so if it has not checked for long, a native run hangs.
 */
public final class Cancellation {

  private final Set<Runnable> actions = new HashSet<>();
  private boolean cancelled;
  private volatile long lastCheck = System.nanoTime();

  /** Cancels the work that uses this signal; a second call does nothing. */
  public synchronized void cancel() {
    if (!cancelled) {
      cancelled = true;
      actions.forEach(Runnable::run);
    }
  }

  public synchronized boolean isCancelled() {
    return cancelled;
  }

  /**
   * Records a check, and throws after {@link #cancel}.
   *
   * @throws CancellationException if cancelled
   */
  public void check() {
    lastCheck = System.nanoTime();
    if (isCancelled()) {
      throw new CancellationException("the run was cancelled");
    }
  }

  /** The time since the last {@link #check}, or since creation if there was none. */
  public Duration timeSinceCheck() {
    return Duration.ofNanos(System.nanoTime() - lastCheck);
  }

  /**
   * Registers an action to run on cancellation, immediately if already cancelled.
   *
   * @param action quick and thread-safe; must not throw
   * @return the registration; once it is closed, the action is not started any more
   */
  public synchronized Registration onCancel(Runnable action) {
    if (cancelled) {
      action.run();
      return () -> {};
    }
    actions.add(action);
    return () -> remove(action);
  }

  private synchronized void remove(Runnable action) {
    actions.remove(action);
  }

  /** The registration of an action. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
