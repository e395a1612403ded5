package io.spackle.family;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The results of a network that were used last, up to a number of bytes; at least one is kept. Used
 * by one thread.
 *
 * @param <K> what a result is made of
 * @param <V> the result
 */
final class RecentResults<K, V> {

  private final long maxBytes;
  private final ToLongFunction<V> size;

  /** The least recently used first. */
  private final Map<K, V> results = new LinkedHashMap<>();

  private long bytes;

  /**
   * @param size of a result, in bytes
   */
  RecentResults(long maxBytes, ToLongFunction<V> size) {
    this.maxBytes = maxBytes;
    this.size = size;
  }

  /** The result for a key, computed if it is not kept. */
  V get(K key, Supplier<V> computation) {
    V kept = remove(key);
    V result = kept == null ? computation.get() : kept;
    results.put(key, result);
    bytes += size.applyAsLong(result);
    while (bytes > maxBytes && results.size() > 1) {
      remove(results.keySet().iterator().next());
    }
    return result;
  }

  private V remove(K key) {
    V result = results.remove(key);
    bytes -= result == null ? 0 : size.applyAsLong(result);
    return result;
  }
}
