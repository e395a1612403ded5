package io.spackle.pipeline;

import io.spackle.lane.InFlightLimits;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of one task that are in flight: each is processed from start to end by one thread, and
 * returned when it is finished or in the order of the rows.
 *
 * <p>Lazy: rows are read, on the caller's thread, when a result is requested. The first exception
 * of a row is thrown to the caller and ends the window.
 *
 * <p>The threads belong to the task: {@link #close} interrupts them. They mostly wait; {@link
 * InFlightLimits} limits how many run.
 *
 * @param <I> row
 * @param <O> result
 */
public final class RowWindow<I, O> implements Iterator<O>, AutoCloseable {

  /** The processing of one row. */
  @FunctionalInterface
  public interface Work<I, O> {
    O run(I row) throws InterruptedException;
  }

  private record Done<O>(O result, Throwable fault) {}

  /** Which results are returned first. */
  public enum Order {
    /** Those that are finished first. */
    FINISHED,
    /** Those of the rows that were read first; others that are finished stay in flight. */
    READ
  }

  private static final Logger LOG = LoggerFactory.getLogger(RowWindow.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final Iterator<I> input;
  private final Work<I, O> work;
  private final FlightControl control;
  private final BooleanSupplier interrupted;
  private final Order order;
  private final ExecutorService threads;

  /** In order of their return: results that are finished, or all in flight. */
  private final BlockingQueue<CompletableFuture<Done<O>>> results = new LinkedBlockingQueue<>();

  private boolean isStopped;
  private int inFlight;
  private O next;

  /**
   * @param control says how many rows are in flight
   * @param interrupted whether the task must stop; polled about every 100 ms
   */
  public RowWindow(
      Iterator<I> input, Work<I, O> work, FlightControl control, BooleanSupplier interrupted) {
    this(input, work, control, interrupted, Order.FINISHED);
  }

  /** The same with an order of the results. */
  public RowWindow(
      Iterator<I> input,
      Work<I, O> work,
      FlightControl control,
      BooleanSupplier interrupted,
      Order order) {
    this.input = input;
    this.work = work;
    this.control = control;
    this.interrupted = interrupted;
    this.order = order;
    this.threads = Executors.newCachedThreadPool(RowWindow::thread);
  }

  @Override
  public boolean hasNext() {
    while (next == null && !isExhausted()) {
      next = poll().orElse(null);
    }
    return next != null;
  }

  /** Reads no more rows; those in flight are still returned. */
  public void stopReading() {
    isStopped = true;
  }

  /** Whether rows were left unread, because the window was told to stop. */
  public boolean hasUnread() {
    return isStopped && input.hasNext();
  }

  /** Whether no row is left to read or to return. Reads rows. */
  public boolean isExhausted() {
    fill();
    return inFlight == 0;
  }

  /**
   * The next result; empty if none is finished within about 100 ms.
   *
   * @throws CancellationException if the task must stop
   */
  public Optional<O> poll() {
    try {
      Done<O> first = finished(0);
      if (first == null) {
        requireNotInterrupted();
        first = finished(POLL.toMillis());
      }
      if (first == null) {
        return Optional.empty();
      }
      inFlight--;
      return Optional.of(resultOf(first));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the task's thread is interrupted");
    }
  }

  /** Takes the next result; returns null if it is not finished in time. */
  private Done<O> finished(long millis) throws InterruptedException {
    CompletableFuture<Done<O>> first =
        order == Order.READ ? results.peek() : results.poll(millis, TimeUnit.MILLISECONDS);
    if (first == null) {
      return null;
    }
    try {
      Done<O> done = first.get(millis, TimeUnit.MILLISECONDS);
      if (order == Order.READ) {
        results.remove();
      }
      return done;
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new AssertionError("failures of rows are results", e);
    }
  }

  @Override
  public O next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    O result = next;
    next = null;
    return result;
  }

  /** Interrupts all rows in flight and waits, for a second at most, until they have stopped. */
  @Override
  public void close() {
    boolean wasInterrupted =
        Thread.interrupted(); // the wait is short, so an interrupt does not skip it
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("rows are still busy {} after their task ended", CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      wasInterrupted = true;
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void fill() {
    while (control.admits(inFlight)
        && !isStopped
        && !interrupted.getAsBoolean()
        && input.hasNext()) {
      I row = input.next();
      inFlight++;
      start(row);
    }
    if (inFlight == 0) {
      requireNotInterrupted(); // or the rows that were not read would be taken for none
    }
  }

  private void requireNotInterrupted() {
    if (interrupted.getAsBoolean()) {
      throw new CancellationException("the task is interrupted");
    }
  }

  private void start(I row) {
    CompletableFuture<Done<O>> result = new CompletableFuture<>();
    if (order == Order.READ) {
      results.add(result);
    }
    threads.execute(
        () -> {
          result.complete(run(row));
          if (order == Order.FINISHED) {
            results.add(result);
          }
        });
  }

  private Done<O> run(I row) {
    try {
      return new Done<>(work.run(row), null);
    } catch (Throwable e) { // any failure must reach the task
      return new Done<>(null, e);
    }
  }

  private O resultOf(Done<O> row) {
    if (row.fault() instanceof Error error) {
      throw error;
    }
    if (row.fault() != null) {
      throw new IllegalStateException("a row could not be processed: " + row.fault(), row.fault());
    }
    return row.result();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "spackle-row");
    thread.setDaemon(true);
    return thread;
  }
}
