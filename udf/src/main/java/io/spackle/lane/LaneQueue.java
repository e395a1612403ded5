package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.lane.Batcher.Member;
import io.spackle.lane.Batcher.Running;
import io.spackle.lane.Batcher.Turn;
import io.spackle.quarantine.Markers.Marker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The state that a lane's thread shares with the threads of its callers: requests that wait or are
 * in the model, the call into the model, and the reason of the lane's end.
 *
 * <p>Thread-safe. It completes no future, since that would run callers' code under its lock.
 *
 * @param <K> the parameters of an image
 * @param <I> an image as the model gets it
 * @param <O> what the model gives for it
 */
final class LaneQueue<K, I, O> {

  /**
   * The images that may run at the same time.
   *
   * @param key what they have in common
   * @param soleRequest identity of the only request of the group, or null if it may have several
   */
  record Group(Object key, Object soleRequest) {
    boolean isSingle() {
      return soleRequest != null;
    }
  }

  /**
   * A submitted image. A request whose future is done has left the lane.
   *
   * @param marker opened while the image is in the model
   * @param submittedNanos as of {@link System#nanoTime}
   */
  record Request<K, I, O>(
      Group group,
      K parameters,
      I input,
      Optional<Supplier<Marker>> marker,
      long submittedNanos,
      CompletableFuture<Lane.Result<O>> future) {

    boolean hasLeft() {
      return future.isDone();
    }
  }

  /** A call into the model. */
  private record Call<K, I, O>(List<Request<K, I, O>> requests, Cancellation cancellation) {
    boolean isAbandoned() {
      return requests.stream().allMatch(Request::hasLeft);
    }
  }

  private final Batcher<Group, Request<K, I, O>> waiting;
  private final List<Request<K, I, O>> inModel = new ArrayList<>();
  private int expected;
  private Call<K, I, O> call;
  private Throwable endReason;

  /**
   * @param maxWait how long images wait for more of their group before they begin
   */
  LaneQueue(Duration maxWait) {
    waiting = new Batcher<>(maxWait);
  }

  /** Adds a request, unless the lane has ended: then returns the reason. */
  synchronized Optional<Throwable> add(Request<K, I, O> request) {
    if (endReason == null) {
      waiting.add(request.group(), request, request.submittedNanos());
      notifyAll();
    }
    return Optional.ofNullable(endReason);
  }

  /** Adds to the number of images that incomplete groups wait for. */
  synchronized void expect(int more) {
    expected += more;
    notifyAll();
  }

  /** Removes a request that waits; cancels the call if all of its requests have left. */
  void remove(Request<K, I, O> request) {
    Optional<Call<K, I, O>> abandoned;
    synchronized (this) {
      waiting.remove(request.group(), request);
      abandoned = Optional.ofNullable(call).filter(Call::isAbandoned);
    }
    abandoned.ifPresent(each -> each.cancellation().cancel());
  }

  /**
   * Waits for the next turn; empty once the lane has ended.
   *
   * @param running of each group
   * @param maxSize images of a group that may run at the same time
   */
  synchronized Optional<Turn<Group, Request<K, I, O>>> take(
      Map<Group, Running> running, ToIntFunction<Group> maxSize) throws InterruptedException {
    while (endReason == null) {
      var turn = waiting.next(System.nanoTime(), running, maxSize, expected > 0);
      if (turn.isPresent()) {
        turn.get().joining().stream().map(Member::value).forEach(inModel::add);
        return turn;
      }
      long nanos = waiting.isEmpty() ? Long.MAX_VALUE : waiting.nanosUntilDue(System.nanoTime());
      TimeUnit.NANOSECONDS.timedWait(this, nanos);
    }
    return Optional.empty();
  }

  /**
   * Registers a call into the model.
   *
   * @throws CancellationException if the lane has ended or all requests have left
   */
  synchronized void start(List<Request<K, I, O>> requests, Cancellation cancellation) {
    Call<K, I, O> next = new Call<>(requests, cancellation);
    if (endReason != null || next.isAbandoned()) {
      throw new CancellationException("no caller waits for these images");
    }
    call = next;
  }

  /** Unregisters the call into the model. */
  synchronized void finish() {
    call = null;
  }

  /** Removes the requests in the model that have left. */
  synchronized void forgetLeft() {
    inModel.removeIf(Request::hasLeft);
  }

  synchronized Optional<Throwable> endReason() {
    return Optional.ofNullable(endReason);
  }

  /**
   * Ends the lane: no more requests are accepted, and the call into the model is cancelled. The
   * first reason is kept.
   *
   * @return the requests that waited or were in the model
   */
  List<Request<K, I, O>> end(Throwable reason) {
    List<Request<K, I, O>> unfinished;
    Optional<Call<K, I, O>> running;
    synchronized (this) {
      endReason = endReason == null ? reason : endReason;
      unfinished = new ArrayList<>(inModel);
      unfinished.addAll(waiting.drain());
      running = Optional.ofNullable(call);
      notifyAll();
    }
    running.ifPresent(each -> each.cancellation().cancel());
    return unfinished;
  }
}
