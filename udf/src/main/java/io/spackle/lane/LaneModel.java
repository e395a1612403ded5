package io.spackle.lane;

import io.spackle.graph.Cancellation;
import java.util.List;

/**
 * An open model as a lane runs it: an image begins, takes steps until it is done, and is finished.
 * All methods but {@link #name} and {@link #group} are called by the lane's thread alone.
 *
 * <p>Calls end within a second once cancelled, with a {@link
 * java.util.concurrent.CancellationException}. They throw a {@link io.spackle.graph.GraphException}
 * if the runtime fails.
 *
 * @param <K> the parameters of an image
 * @param <I> an image as the model gets it
 * @param <S> an image between two steps
 * @param <O> what the model gives for it
 */
public interface LaneModel<K, I, S, O> extends AutoCloseable {

  /** A short name for threads. */
  String name();

  /**
   * What images must have in common to run at the same time: the size of the canvas, on which the
   * memory of a batch depends.
   */
  Object group(K parameters);

  /** Prepares an image for its first step. */
  S begin(K parameters, I input, Cancellation cancellation);

  boolean isDone(S image);

  /** What images of a group must have in common to take a step in one batch. */
  Object batchKey(S image);

  /**
   * Advances each image of a batch by one step.
   *
   * @param batch at least one, none of them done, with equal batch keys
   * @return the images after the step, in their order
   */
  List<S> step(List<S> batch, Cancellation cancellation);

  /** The result of an image that is done. */
  O finish(S done, Cancellation cancellation);

  /** Frees the model. */
  @Override
  void close();
}
