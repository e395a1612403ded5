package io.spackle.graph;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * A switch that ends work in progress, native runs included; thrown once, it stays thrown.
 *
 * <p>Interrupts do not reach native code, therefore each native run registers what ends it. Work
 * looks at its switch between any two native runs, so one that is quiet for long is stuck in one.
 */
public final class Cancellation {

  private final Set<Runnable> actions = new HashSet<>();
  private boolean cancelled;
  private volatile long lastLook = System.nanoTime();

  /** Ends all work that watches this switch; a second call does nothing. */
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
   * Refuses to go on after {@link #cancel}.
   *
   * @throws CancellationException if cancelled
   */
  public void check() {
    lastLook = System.nanoTime();
    if (isCancelled()) {
      throw new CancellationException("the run was cancelled");
    }
  }

  /** How long ago work last looked at this switch, or else was given it. */
  public Duration quiet() {
    return Duration.ofNanos(System.nanoTime() - lastLook);
  }

  /**
   * Has an action run when the switch is thrown, at once if it is already.
   *
   * @param action quick, thread-safe, never throwing
   * @return ends the registration; after it returns, the action is not started any more
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

  /** What {@link #onCancel} returns. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
