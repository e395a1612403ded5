package io.spackle.safety;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ClassLabels;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphException;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Map;

/**
 * A safety checker that is an image classifier: it scores labels, some of which are flagged.
 *
 * @param input the graph's input
 * @param output the graph's output, logits or probabilities
 */
record ImageClassifier(
    Graph graph, String input, String output, ImagePreprocessor preprocessor, FlagRule rule)
    implements SafetyChecker {

  private static final String LOGITS = "logits";

  /** The possible names of the output. */
  private static final List<String> OUTPUTS = List.of(LOGITS, "probabilities");

  static ImageClassifier of(
      Graph graph, ImagePreprocessor preprocessor, FlagRule rule, List<String> problems) {
    if (graph.inputs().size() != 1) {
      problems.add(
          "model.onnx: inputs "
              + graph.inputs().keySet()
              + " found, expected a single one, the image");
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
    return new ImageClassifier(graph, input, output, preprocessor, rule);
  }

  @Override
  public boolean flags(RgbImage image, Cancellation cancellation) {
    FloatTensor scores = graph.run(Map.of(input, preprocessor.tensor(image)), output, cancellation);
    if (!scores.isFinite()) { // NaN reaches no threshold: the image would pass
      throw new GraphException(
          GraphException.Kind.FAILED,
          "the safety checker computed NaN or infinite scores: use a float32 model",
          null);
    }
    return rule.flags(scores.data(), output.equals(LOGITS));
  }

  @Override
  public void close() {
    graph.close();
  }

  /**
   * The decision from a classifier's scores.
   *
   * @param flagged the indices of the labels that must not be shown
   * @param threshold the probability from which an image is flagged, 0 to 1
   */
  record FlagRule(ClassLabels labels, List<Integer> flagged, double threshold) {

    /**
     * Reads {@code config.json}.
     *
     * @param problems receives the problems found; with any, the result is meaningless
     */
    static FlagRule of(JsonNode config, SafetyOptions options, List<String> problems) {
      ClassLabels labels = ClassLabels.of(config);
      List<Integer> flagged = options.labels().stream().map(labels::index).distinct().toList();
      if (flagged.isEmpty() || flagged.contains(-1)) {
        problems.add(
            "config.json: its id2label has the labels "
                + labels.names()
                + ", expected "
                + (flagged.isEmpty() ? "at least one" : options.labels())
                + " to be among them: set the labels that must not be shown");
      }
      return new FlagRule(labels, flagged, options.threshold());
    }

    /**
     * Whether the flagged labels reach the threshold.
     *
     * @param scores one per label
     * @param logits whether scores are logits instead of probabilities
     * @throws IllegalArgumentException for another number of scores
     */
    boolean flags(float[] scores, boolean logits) {
      int count = labels.names().size();
      if (scores.length != count) {
        throw new IllegalArgumentException(
            scores.length + " scores found, expected one for each of " + count + " labels");
      }
      double[] probabilities = new double[count];
      for (int i = 0; i < count; i++) {
        probabilities[i] = logits ? labels.probability(scores, i) : scores[i];
      }
      return labels.exclusive()
          ? flagged.stream().mapToDouble(i -> probabilities[i]).sum() >= threshold
          : flagged.stream().anyMatch(i -> probabilities[i] >= threshold);
    }
  }
}
