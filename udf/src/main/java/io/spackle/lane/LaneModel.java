package io.spackle.lane;

import io.spackle.graph.Cancellation;
import java.util.List;

/**
 * An open model as a lane runs it: {@link #run} is called by the lane's thread alone.
 *
 * @param <K> what the members of a batch share
 * @param <I> input
 * @param <O> output
 */
public interface LaneModel<K, I, O> extends AutoCloseable {

  /** A short name for threads. */
  String name();

  /** A measure of the memory that one member of a batch takes, such as its pixels. */
  long size(K shared);

  /**
   * Runs a batch.
   *
   * @param inputs at least one
   * @param cancellation ends the work within a second
   * @return one output per input, in their order
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws io.spackle.graph.GraphException if the runtime fails
   */
  List<O> run(K shared, List<I> inputs, Cancellation cancellation);

  /** Frees the model. */
  @Override
  void close();
}
