package io.spackle.graph;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A loaded network with named input and output tensors; thread-safe.
 *
 * <p>Inputs are converted to the element types that the graph declares, and outputs of any type to
 * float32.
 */
public interface Graph extends AutoCloseable {

  /** The declared inputs by name, in the graph's order. */
  Map<String, TensorSpec> inputs();

  /** The declared outputs by name, in the graph's order. */
  Map<String, TensorSpec> outputs();

  /**
   * Compares the declared inputs and outputs with those that a caller uses.
   *
   * @param file the name of the graph in problems, such as unet/model.onnx
   * @param fed the inputs that the caller feeds: the graph must declare exactly these
   * @param read the outputs that the caller reads: the graph must declare at least these
   * @return problems for an {@link InvalidModelException}, empty if the graph matches
   */
  default List<String> problems(String file, Set<String> fed, Set<String> read) {
    List<String> problems = new ArrayList<>();
    if (!inputs().keySet().equals(fed)) {
      problems.add(mismatch(file, "inputs", inputs().keySet(), fed));
    }
    if (!outputs().keySet().containsAll(read)) {
      problems.add(mismatch(file, "outputs", outputs().keySet(), read));
    }
    return problems;
  }

  private static String mismatch(
      String file, String what, Set<String> found, Set<String> expected) {
    return file
        + ": "
        + what
        + " "
        + found.stream().sorted().toList()
        + " found, expected "
        + expected.stream().sorted().toList()
        + ": export the model again with optimum, or choose the family that it belongs to";
  }

  /**
   * Runs the graph once.
   *
   * @param inputs a tensor for every declared input; one with a single element is accepted for an
   *     input of rank 0 or 1
   * @param cancellation ends the native run within milliseconds
   * @return all outputs by name; integers are converted to floats, and booleans to 0 and 1
   * @throws java.util.concurrent.CancellationException if cancelled before or during the run
   * @throws GraphException if the runtime fails; its kind tells whether memory was exhausted
   */
  default Map<String, FloatTensor> run(Map<String, Tensor> inputs, Cancellation cancellation) {
    return run(inputs, outputs().keySet(), cancellation);
  }

  /**
   * Runs the graph once and reads some of its outputs, which spares the copies of the others.
   *
   * @param inputs as above
   * @param read names of outputs
   * @param cancellation as above
   * @return these outputs by name
   */
  Map<String, FloatTensor> run(
      Map<String, Tensor> inputs, Set<String> read, Cancellation cancellation);

  /**
   * Runs the graph once and reads one of its outputs.
   *
   * @param inputs as above
   * @param output its name
   * @param cancellation as above
   */
  default FloatTensor run(Map<String, Tensor> inputs, String output, Cancellation cancellation) {
    return run(inputs, Set.of(output), cancellation).get(output);
  }

  @Override
  void close();
}
