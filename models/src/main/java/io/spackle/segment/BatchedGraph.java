package io.spackle.segment;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphException;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A graph with one input, run on all inputs at once if it takes a batch, else on one after the
 * other.
 *
 * @param output the name of the output that counts
 */
record BatchedGraph(Graph graph, String output) implements AutoCloseable {

  /**
   * The answers to some inputs.
   *
   * @param inputs all of one shape
   * @return one answer per input, a batch of one
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws GraphException if the runtime fails, or an answer is not finite
   */
  List<FloatTensor> run(List<FloatTensor> inputs, Cancellation cancellation) {
    boolean takesBatches = graph.inputs().values().iterator().next().axes().get(0) < 0;
    List<FloatTensor> answers = new ArrayList<>();
    if (takesBatches && inputs.size() > 1) {
      FloatTensor all = run(FloatTensor.concatBatch(inputs), cancellation);
      if (all.batch() == inputs.size()) {
        for (int i = 0; i < inputs.size(); i++) {
          answers.add(all.item(i));
        }
        return answers;
      }
    }
    for (FloatTensor input : inputs) {
      answers.add(run(input, cancellation));
    }
    return answers;
  }

  private FloatTensor run(FloatTensor input, Cancellation cancellation) {
    String name = graph.inputs().keySet().iterator().next();
    FloatTensor answer = graph.run(Map.of(name, input), output, cancellation);
    if (!answer.isFinite()) {
      throw new GraphException(
          GraphException.Kind.NOT_FINITE,
          "the segmenter computed NaN or infinite values; a half-precision graph may overflow: use"
              + " a float32 one",
          null);
    }
    return answer;
  }

  @Override
  public void close() {
    graph.close();
  }
}
