package io.spackle.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things that a JVM opens once, however many tasks ask at the same moment, and that all share until
 * {@link #close}. What could not be opened, or cannot be used any more, is opened anew for the next
 * who asks.
 *
 * @param <K> tells things apart
 */
public final class SharedResources<K, V extends AutoCloseable> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SharedResources.class);
  private static final long POLL_MILLIS = 100;

  private final Predicate<V> usable;
  private final Map<K, CompletableFuture<V>> opened = new HashMap<>();

  /**
   * @param usable whether a thing can still be handed out; one that cannot is closed
   */
  public SharedResources(Predicate<V> usable) {
    this.usable = usable;
  }

  /**
   * The thing with that key, opened by the first who asks.
   *
   * @param opener run on a thread of its own, so that whoever waits can stop waiting
   * @param interrupted whether to stop waiting; asked every 100 ms
   * @throws CancellationException if interrupted
   */
  public V get(K key, Supplier<V> opener, BooleanSupplier interrupted) {
    CompletableFuture<V> future = future(key, opener);
    while (!interrupted.getAsBoolean()) {
      try {
        return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        continue; // still opening
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while opening");
      } catch (ExecutionException e) {
        throw new IllegalStateException("cannot open: " + e.getCause().getMessage(), e.getCause());
      }
    }
    throw new CancellationException("the task is interrupted");
  }

  /** Takes out one thing, if it is open, for the caller to close; the next ask opens it anew. */
  synchronized Optional<V> take(K key) {
    if (!isOpen(opened.get(key))) {
      return Optional.empty();
    }
    return Optional.of(opened.remove(key).join());
  }

  /** Closes all that is open, even after one close fails. */
  @Override
  public void close() {
    takeAll().forEach(SharedResources::closeQuietly);
  }

  private synchronized CompletableFuture<V> future(K key, Supplier<V> opener) {
    CompletableFuture<V> known = opened.get(key);
    if (known != null && (!known.isDone() || (isOpen(known) && usable.test(known.join())))) {
      return known;
    }
    Supplier<V> successor =
        () -> {
          closeQuietly(known);
          return opener.get();
        };
    CompletableFuture<V> future = CompletableFuture.supplyAsync(successor, SharedResources::start);
    opened.put(key, future);
    return future;
  }

  private synchronized List<CompletableFuture<V>> takeAll() {
    List<CompletableFuture<V>> all = List.copyOf(opened.values());
    opened.clear();
    return all;
  }

  private static void closeQuietly(CompletableFuture<? extends AutoCloseable> future) {
    try {
      if (isOpen(future)) {
        future.join().close();
      }
    } catch (Exception e) {
      LOG.warn("could not close", e);
    }
  }

  private static boolean isOpen(CompletableFuture<?> future) {
    return future != null && future.isDone() && !future.isCompletedExceptionally();
  }

  private static void start(Runnable opening) {
    Thread thread = new Thread(opening, "spackle-open");
    thread.setDaemon(true);
    thread.start();
  }
}
