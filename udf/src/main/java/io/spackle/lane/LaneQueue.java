package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.lane.Batcher.Batch;
import io.spackle.quarantine.Markers.Marker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The state that a lane's thread shares with the threads of its callers: waiting requests, the
 * running batch and the reason of the lane's end.
 *
 * <p>Thread-safe. It completes no future, since that would run callers' code under its lock.
 *
 * @param <K> what the members of a batch share
 * @param <I> an image as the model gets it
 * @param <O> what the model gives for it
 */
final class LaneQueue<K, I, O> {

  /**
   * The properties that the images of a batch share.
   *
   * @param shared what the model needs to know of them
   * @param soleRequest identity of the only request of the group, or null if it may have several
   */
  record Group<K>(K shared, Object soleRequest) {
    boolean isSingle() {
      return soleRequest != null;
    }
  }

  /**
   * A submitted image. A request whose future is done has left the lane.
   *
   * @param marker opened while the image is in the model
   * @param submittedNanos as of {@link System#nanoTime}
   * @param hasStalled whether a batch with this image stalled before
   */
  record Request<K, I, O>(
      Group<K> group,
      I input,
      Optional<Supplier<Marker>> marker,
      long submittedNanos,
      CompletableFuture<Lane.Result<O>> future,
      boolean hasStalled) {

    boolean hasLeft() {
      return future.isDone();
    }

    Request<K, I, O> afterStall() {
      return new Request<>(group, input, marker, submittedNanos, future, true);
    }
  }

  /** A batch that is in the model. */
  record Running<K, I, O>(List<Request<K, I, O>> requests, Cancellation cancellation) {
    boolean isAbandoned() {
      return requests.stream().allMatch(Request::hasLeft);
    }
  }

  /** The requests that were in the lane at its end. */
  record Unfinished<K, I, O>(List<Request<K, I, O>> waiting, Optional<Running<K, I, O>> running) {}

  private final Batcher<Group<K>, Request<K, I, O>> waiting;
  private int expected;
  private Running<K, I, O> running;
  private Throwable endReason;

  /**
   * @param maxWait how long an incomplete batch waits for more images
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

  /** Adds to the number of images that incomplete batches wait for. */
  synchronized void expect(int more) {
    expected += more;
    notifyAll();
  }

  /** Removes a request; returns the running batch if all of its requests have left. */
  synchronized Optional<Running<K, I, O>> remove(Request<K, I, O> request) {
    waiting.remove(request.group(), request);
    return running().filter(Running::isAbandoned);
  }

  /** Waits for the next batch; empty once the lane has ended. */
  synchronized Optional<Batch<Group<K>, Request<K, I, O>>> take(ToIntFunction<Group<K>> maxSize)
      throws InterruptedException {
    while (endReason == null) {
      var batch = waiting.next(System.nanoTime(), maxSize, expected > 0);
      if (batch.isPresent()) {
        return batch;
      }
      long nanos = waiting.isEmpty() ? Long.MAX_VALUE : waiting.nanosUntilDue(System.nanoTime());
      TimeUnit.NANOSECONDS.timedWait(this, nanos);
    }
    return Optional.empty();
  }

  /**
   * Registers the batch that enters the model.
   *
   * @throws CancellationException if the lane has ended or all requests have left
   */
  synchronized void start(Running<K, I, O> batch) {
    if (endReason != null || batch.isAbandoned()) {
      throw new CancellationException("no caller waits for this batch");
    }
    running = batch;
  }

  /** Unregisters the running batch. */
  synchronized void finish() {
    running = null;
  }

  synchronized Optional<Running<K, I, O>> running() {
    return Optional.ofNullable(running);
  }

  synchronized Optional<Throwable> endReason() {
    return Optional.ofNullable(endReason);
  }

  /** Ends the lane: no more requests are accepted. The first reason is kept. */
  synchronized Unfinished<K, I, O> end(Throwable reason) {
    endReason = endReason == null ? reason : endReason;
    Unfinished<K, I, O> unfinished = new Unfinished<>(waiting.drain(), running());
    notifyAll();
    return unfinished;
  }
}
