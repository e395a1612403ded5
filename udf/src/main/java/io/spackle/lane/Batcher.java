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
import java.util.stream.Stream;

/**
 * Decides which group of images runs next, and which of its waiting members join those that run.
 * Not thread-safe; the caller supplies the time, in nanoseconds as of {@link System#nanoTime}.
 *
 * <p>The group of the oldest member goes first if it runs already or is due. It is due when it is
 * full, when its oldest member has waited for the maximum wait, or at once if no more members are
 * expected. Until then the oldest other group that runs or is full may overtake it. Overtaking ends
 * with the maximum wait, and the oldest member is in every step from then on, so no group starves.
 *
 * @param <K> key of a group
 * @param <T> member
 */
final class Batcher<K, T> {

  /** The group that runs next, and its members that join those that run already. */
  record Turn<K, T>(K key, List<Member<T>> joining) {}

  /**
   * A member.
   *
   * @param since when it was added
   * @param number how many were added before it
   */
  record Member<T>(T value, long since, long number) {}

  /**
   * The members of a group that run.
   *
   * @param count at least 1
   * @param oldest the number of the oldest
   */
  record Running(int count, long oldest) {}

  private final long maxWaitNanos;
  private final Map<K, Deque<Member<T>>> groups = new LinkedHashMap<>();
  private long added;

  /**
   * @param maxWait how long an incomplete group waits for more members before it runs
   */
  Batcher(Duration maxWait) {
    maxWaitNanos = maxWait.toNanos();
  }

  void add(K key, T member, long now) {
    groups.computeIfAbsent(key, k -> new ArrayDeque<>()).add(new Member<>(member, now, added++));
  }

  /** Removes a member, if it still waits. */
  void remove(K key, T member) {
    Deque<Member<T>> group = groups.getOrDefault(key, new ArrayDeque<>());
    group.removeIf(waiting -> waiting.value() == member);
    if (group.isEmpty()) {
      groups.remove(key);
    }
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** Removes and returns all members. */
  List<T> drain() {
    List<T> all = groups.values().stream().flatMap(Collection::stream).map(Member::value).toList();
    groups.clear();
    return all;
  }

  /**
   * Chooses the group that runs next, and removes and returns those of its members that join.
   *
   * @param running by group; groups without running members are absent
   * @param maxSize members of a group that may run at the same time
   * @param moreExpected whether more members are expected soon
   * @return empty if nothing runs and no group is due yet
   */
  Optional<Turn<K, T>> next(
      long now, Map<K, Running> running, ToIntFunction<K> maxSize, boolean moreExpected) {
    Comparator<K> byAge = Comparator.comparingLong(key -> oldestNumber(key, running));
    return keys(running)
        .min(byAge)
        .filter(
            key ->
                !moreExpected
                    || canRun(key, running, maxSize)
                    || groups.containsKey(key) && nanosUntilDue(key, now) <= 0)
        .or(() -> keys(running).filter(key -> canRun(key, running, maxSize)).min(byAge))
        .map(key -> take(key, maxSize.applyAsInt(key) - count(key, running)));
  }

  private boolean canRun(K key, Map<K, Running> running, ToIntFunction<K> maxSize) {
    return running.containsKey(key) || groups.get(key).size() >= maxSize.applyAsInt(key);
  }

  private Stream<K> keys(Map<K, Running> running) {
    return Stream.concat(running.keySet().stream(), groups.keySet().stream()).distinct();
  }

  /** Running members were added before those of their group that wait. */
  private long oldestNumber(K key, Map<K, Running> running) {
    Running members = running.get(key);
    return members != null ? members.oldest() : groups.get(key).element().number();
  }

  private int count(K key, Map<K, Running> running) {
    return running.containsKey(key) ? running.get(key).count() : 0;
  }

  /** Nanoseconds until the oldest member reaches the maximum wait; there must be a member. */
  long nanosUntilDue(long now) {
    K oldest =
        groups.keySet().stream()
            .min(Comparator.comparingLong(key -> groups.get(key).element().number()))
            .orElseThrow();
    return nanosUntilDue(oldest, now);
  }

  private long nanosUntilDue(K key, long now) {
    return maxWaitNanos - (now - groups.get(key).element().since());
  }

  private Turn<K, T> take(K key, int room) {
    Deque<Member<T>> group = groups.getOrDefault(key, new ArrayDeque<>());
    List<Member<T>> members = new ArrayList<>();
    while (members.size() < room && !group.isEmpty()) {
      members.add(group.remove());
    }
    if (group.isEmpty()) {
      groups.remove(key);
    }
    return new Turn<>(key, List.copyOf(members));
  }
}
