package io.spackle.patchmatch;

import io.spackle.graph.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A fixed number of threads that share numbered pieces of work, the caller's thread among them.
 *
 * <p>How work is cut into pieces never depends on the number of threads. Before each piece the
 * cancellation is checked, so a piece is sized to take a few milliseconds.
 */
final class Workers implements AutoCloseable {

  private final int threads;
  private final Cancellation cancellation;
  private final ExecutorService helpers; // null with one thread

  Workers(int threads, Cancellation cancellation) {
    this.threads = threads;
    this.cancellation = cancellation;
    this.helpers = threads == 1 ? null : Executors.newFixedThreadPool(threads - 1, Workers::daemon);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "patchmatch");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Does pieces 0 to {@code count - 1}, in any order, and returns when all are done.
   *
   * @throws java.util.concurrent.CancellationException if cancelled; some pieces are done then
   */
  void each(int count, IntConsumer piece) {
    AtomicInteger next = new AtomicInteger();
    Runnable loop = () -> runPieces(next, count, piece);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, count); i++) {
      running.add(helpers.submit(loop));
    }
    try {
      loop.run();
    } finally {
      next.set(count); // after a failure here, the others stop at their next piece
      awaitAll(running);
    }
  }

  /** Does ranges of {@code [0, length)} of some fixed size, the last one perhaps shorter. */
  void ranges(int length, int size, Range range) {
    each(
        (length + size - 1) / size,
        piece -> range.accept(piece * size, Math.min(length, (piece + 1) * size)));
  }

  private void runPieces(AtomicInteger next, int count, IntConsumer piece) {
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        cancellation.check();
        piece.accept(i);
      }
    } finally {
      next.set(count);
    }
  }

  private static void awaitAll(List<Future<?>> running) {
    Throwable failure = null;
    for (Future<?> future : running) {
      Throwable own = outcome(future);
      failure = failure == null ? own : failure;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure; // pieces throw no checked exceptions
    }
  }

  private static Throwable outcome(Future<?> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get();
          return null;
        } catch (InterruptedException e) {
          interrupted = true; // the arrays are in use until the piece ends
        } catch (ExecutionException e) {
          return e.getCause();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    if (helpers != null) {
      helpers.shutdown();
    }
  }

  /** A piece of work on {@code [from, to)}. */
  interface Range {
    void accept(int from, int to);
  }
}
