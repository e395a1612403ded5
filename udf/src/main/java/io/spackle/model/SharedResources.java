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
 * Resources that a JVM opens once by key and all tasks share until {@link #close}. A resource that
 * failed to open, or has become unusable, is reopened at the next request. Thread-safe.
 *
 * @param <K> key
 * @param <V> resource
 */
public final class SharedResources<K, V extends AutoCloseable> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SharedResources.class);
  private static final long POLL_MILLIS = 100;

  private final Predicate<V> usable;
  private final Map<K, CompletableFuture<V>> opened = new HashMap<>();

  /**
   * @param usable whether a resource can still be used; if not, it is closed and reopened
   */
  public SharedResources(Predicate<V> usable) {
    this.usable = usable;
  }

  /**
   * The resource of a key, opened at the first request.
   *
   * @param opener runs on a thread of its own, so that callers can stop waiting
   * @param interrupted whether to stop waiting; polled every 100 ms
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

  /** Begins to open the resource of a key, for a later {@link #get}, unless it is open. */
  void begin(K key, Supplier<V> opener) {
    CompletableFuture<V> unused = future(key, opener); // its failure is that of a later request
  }

  /** Removes a resource, if it is open, for the caller to close; a later request reopens it. */
  synchronized Optional<V> remove(K key) {
    if (!isOpen(opened.get(key))) {
      return Optional.empty();
    }
    return Optional.of(opened.remove(key).join());
  }

  /** Closes all open resources, even if closing one fails. */
  @Override
  public void close() {
    removeAll().forEach(SharedResources::closeQuietly);
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

  private synchronized List<CompletableFuture<V>> removeAll() {
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
