package io.spackle.graph;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import java.util.Map;

/**
 * A loaded network: named tensors in, named tensors out; shared by threads.
 *
 * <p>Floats and whole numbers are converted at this edge to the widths that the graph declares, and
 * outputs of any width come back as float32.
 */
public interface Graph extends AutoCloseable {

  /** The inputs that the graph declares, by name, in its order. */
  Map<String, TensorSpec> inputs();

  /** The outputs that the graph declares, by name, in its order. */
  Map<String, TensorSpec> outputs();

  /**
   * Runs the graph once.
   *
   * @param inputs a tensor for every declared input; a tensor of one element fits an input of rank
   *     0 as well as of rank 1
   * @param cancellation ends the native run within milliseconds
   * @return all outputs by name; whole numbers come back as floats too, and booleans as 0 and 1
   * @throws java.util.concurrent.CancellationException if cancelled before or during the run
   * @throws GraphException if the runtime fails; its kind tells whether memory ran out
   */
  Map<String, FloatTensor> run(Map<String, Tensor> inputs, Cancellation cancellation);

  @Override
  void close();
}
