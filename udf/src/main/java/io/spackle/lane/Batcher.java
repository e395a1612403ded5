package io.spackle.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * What waits to be painted, grouped by what a batch must share. Not thread-safe; the clock is the
 * caller's, in nanoseconds as {@link System#nanoTime} counts them.
 *
 * <p>A batch is due once it is full, once its oldest member has waited for long enough, or at once
 * where nothing else is on its way. The group of the oldest member of all goes first if it is due;
 * until then a full group may overtake it. So none starves: overtaking ends with the longest wait.
 *
 * @param <K> what a batch shares
 * @param <T> what waits
 */
final class Batcher<K, T> {

  /** The members of one batch and what they share. */
  record Batch<K, T>(K key, List<T> members) {}

  private record Waiting<T>(T member, long since, long turn) {}

  private final long maxWaitNanos;
  private final Map<K, Deque<Waiting<T>>> groups = new LinkedHashMap<>();
  private long turns;

  /**
   * @param maxWait how long a batch that is not full waits for more
   */
  Batcher(Duration maxWait) {
    maxWaitNanos = maxWait.toNanos();
  }

  void add(K key, T member, long now) {
    groups.computeIfAbsent(key, k -> new ArrayDeque<>()).add(new Waiting<>(member, now, turns++));
  }

  /** Takes a member out, if it still waits. */
  void remove(K key, T member) {
    Deque<Waiting<T>> group = groups.getOrDefault(key, new ArrayDeque<>());
    group.removeIf(waiting -> waiting.member() == member);
    if (group.isEmpty()) {
      groups.remove(key);
    }
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** Takes everything out. */
  List<T> drain() {
    List<T> all =
        groups.values().stream().flatMap(Collection::stream).map(Waiting::member).toList();
    groups.clear();
    return all;
  }

  /**
   * Takes out the batch that is due.
   *
   * @param maxSize members of a full batch of some group
   * @param moreComing whether more members are on their way
   * @return empty if none is due yet
   */
  Optional<Batch<K, T>> next(long now, ToIntFunction<K> maxSize, boolean moreComing) {
    return oldest()
        .filter(key -> !moreComing || isFull(key, maxSize) || nanosUntilDue(key, now) <= 0)
        .or(() -> oldestFull(maxSize))
        .map(key -> take(key, maxSize.applyAsInt(key)));
  }

  /** How long until the oldest member has waited for long enough; not to be asked when empty. */
  long nanosUntilDue(long now) {
    return nanosUntilDue(oldest().orElseThrow(), now);
  }

  private long nanosUntilDue(K key, long now) {
    return maxWaitNanos - (now - groups.get(key).element().since());
  }

  private Optional<K> oldest() {
    return groups.keySet().stream().min(byTurn());
  }

  private Optional<K> oldestFull(ToIntFunction<K> maxSize) {
    return groups.keySet().stream().filter(key -> isFull(key, maxSize)).min(byTurn());
  }

  private Comparator<K> byTurn() {
    return Comparator.comparingLong(key -> groups.get(key).element().turn());
  }

  private boolean isFull(K key, ToIntFunction<K> maxSize) {
    return groups.get(key).size() >= maxSize.applyAsInt(key);
  }

  private Batch<K, T> take(K key, int maxSize) {
    Deque<Waiting<T>> group = groups.get(key);
    List<T> members = new ArrayList<>();
    while (members.size() < maxSize && !group.isEmpty()) {
      members.add(group.remove().member());
    }
    if (group.isEmpty()) {
      groups.remove(key);
    }
    return new Batch<>(key, List.copyOf(members));
  }
}
