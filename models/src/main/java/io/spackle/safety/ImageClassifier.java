package io.spackle.safety;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphException;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Map;

/**
 * Any image classifier: an image in, a score for each label out.
 *
 * @param input of the graph
 * @param output of the graph
 */
record ImageClassifier(
    Graph graph, String input, String output, ImagePreprocessor preparation, FlagRule verdict)
    implements SafetyChecker {

  private static final String LOGITS = "logits";

  /** What a classifier may call its output. */
  private static final List<String> OUTPUTS = List.of(LOGITS, "probabilities");

  static ImageClassifier of(
      Graph graph, ImagePreprocessor preparation, FlagRule verdict, List<String> problems) {
    if (graph.inputs().size() != 1) {
      problems.add(
          "model.onnx: inputs " + graph.inputs().keySet() + " found, expected the image alone");
    }
    String output =
        OUTPUTS.stream().filter(graph.outputs()::containsKey).findFirst().orElse(LOGITS);
    if (!graph.outputs().containsKey(output)) {
      problems.add(
          "model.onnx: outputs "
              + graph.outputs().keySet()
              + " found, expected one of "
              + OUTPUTS
              + ": export an image classifier");
    }
    String input = graph.inputs().keySet().iterator().next();
    return new ImageClassifier(graph, input, output, preparation, verdict);
  }

  @Override
  public boolean flags(RgbImage picture, Cancellation cancellation) {
    FloatTensor scores =
        graph.run(Map.of(input, preparation.of(picture)), cancellation).get(output);
    if (!scores.isFinite()) { // NaN is above no threshold: such an image would pass
      throw new GraphException(
          GraphException.Kind.FAILED,
          "the safety checker computed NaN or infinite scores: use a float32 one",
          null);
    }
    return verdict.flags(scores.data(), output.equals(LOGITS));
  }

  @Override
  public void close() {
    graph.close();
  }
}
