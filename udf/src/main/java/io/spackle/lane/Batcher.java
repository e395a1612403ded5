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
 * Groups waiting members into batches by the key that a batch must share. Not thread-safe; the
 * caller supplies the time, in nanoseconds as of {@link System#nanoTime}.
 *
 * <p>A batch is due when it is full, when its oldest member has waited for the maximum wait, or at
 * once if no more members are expected. The group of the oldest member goes first if it is due;
 * until then a full group may overtake it. Overtaking ends with the maximum wait, so no group
 * starves.
 *
 * @param <K> key that the members of a batch share
 * @param <T> member
 */
final class Batcher<K, T> {

  /** The members of one batch and the key that they share. */
  record Batch<K, T>(K key, List<T> members) {}

  private record Waiting<T>(T member, long since, long number) {}

  private final long maxWaitNanos;
  private final Map<K, Deque<Waiting<T>>> groups = new LinkedHashMap<>();
  private long added;

  /**
   * @param maxWait how long an incomplete batch waits for more members
   */
  Batcher(Duration maxWait) {
    maxWaitNanos = maxWait.toNanos();
  }

  void add(K key, T member, long now) {
    groups.computeIfAbsent(key, k -> new ArrayDeque<>()).add(new Waiting<>(member, now, added++));
  }

  /** Removes a member, if it still waits. */
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

  /** Removes and returns all members. */
  List<T> drain() {
    List<T> all =
        groups.values().stream().flatMap(Collection::stream).map(Waiting::member).toList();
    groups.clear();
    return all;
  }

  /**
   * Removes and returns the batch that is due.
   *
   * @param maxSize size of a full batch of a group
   * @param moreExpected whether more members are expected soon
   * @return empty if none is due yet
   */
  Optional<Batch<K, T>> next(long now, ToIntFunction<K> maxSize, boolean moreExpected) {
    return oldest()
        .filter(key -> !moreExpected || isFull(key, maxSize) || nanosUntilDue(key, now) <= 0)
        .or(() -> oldestFull(maxSize))
        .map(key -> take(key, maxSize.applyAsInt(key)));
  }

  /** Nanoseconds until the oldest member reaches the maximum wait; there must be a member. */
  long nanosUntilDue(long now) {
    return nanosUntilDue(oldest().orElseThrow(), now);
  }

  private long nanosUntilDue(K key, long now) {
    return maxWaitNanos - (now - groups.get(key).element().since());
  }

  private Optional<K> oldest() {
    return groups.keySet().stream().min(byAge());
  }

  private Optional<K> oldestFull(ToIntFunction<K> maxSize) {
    return groups.keySet().stream().filter(key -> isFull(key, maxSize)).min(byAge());
  }

  private Comparator<K> byAge() {
    return Comparator.comparingLong(key -> groups.get(key).element().number());
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
