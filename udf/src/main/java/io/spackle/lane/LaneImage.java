package io.spackle.lane;

import io.spackle.lane.Batcher.Member;
import io.spackle.lane.LaneQueue.Request;
import io.spackle.row.ModelShare;
import java.time.Duration;

/**
 * An image in the model. Used by the lane's thread only.
 *
 * @param <S> the image between two steps
 */
final class LaneImage<K, I, S, O> {

  private final Request<K, I, O> request;
  private final long number;
  private final Duration queued;
  private S state;
  private ModelShare share = ModelShare.NONE;
  private boolean hasStalled;
  private Runnable outcome;

  LaneImage(Member<Request<K, I, O>> joining) {
    this.request = joining.value();
    this.number = joining.number();
    this.queued = Duration.ofNanos(System.nanoTime() - request.submittedNanos());
  }

  Request<K, I, O> request() {
    return request;
  }

  /** How many images were submitted before. */
  long number() {
    return number;
  }

  /** The image between two steps; null before it has begun. */
  S state() {
    return state;
  }

  void setState(S next) {
    state = next;
  }

  boolean hasStalled() {
    return hasStalled;
  }

  void setStalled() {
    hasStalled = true;
  }

  /** Adds a part of a call that the image was in. */
  void addShare(ModelShare part) {
    share = share.plus(part);
  }

  /** Whether the image has an outcome, or its caller has cancelled it. */
  boolean hasLeft() {
    return outcome != null || request.hasLeft();
  }

  void complete(O output) {
    leave(() -> request.future().complete(new Lane.Result<>(output, queued, share)));
  }

  void fail(Throwable reason) {
    leave(() -> request.future().completeExceptionally(reason));
  }

  private void leave(Runnable settling) {
    outcome = settling;
    if (request.marker().isEmpty()) {
      settle();
    }
  }

  /** Tells the caller the outcome; of an image with a marker only once the marker is closed. */
  void settle() {
    if (outcome != null) {
      outcome.run();
    }
  }
}
