package io.spackle.safety;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphException;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
   * @param labels the number of labels
   * @param flagged the indices of the labels that must not be shown
   * @param exclusive whether labels exclude each other, so that probabilities add up
   * @param threshold the probability from which an image is flagged, 0 to 1
   */
  record FlagRule(int labels, List<Integer> flagged, boolean exclusive, double threshold) {

    /**
     * Reads {@code config.json}.
     *
     * @param problems receives the problems found; with any, the result is meaningless
     */
    static FlagRule of(JsonNode config, SafetyOptions options, List<String> problems) {
      List<String> names = new ArrayList<>();
      JsonNode byId = config.path("id2label");
      for (int id = 0; byId.has(Integer.toString(id)); id++) {
        names.add(byId.get(Integer.toString(id)).asText().toLowerCase(Locale.ROOT));
      }
      List<Integer> flagged =
          options.labels().stream()
              .map(label -> names.indexOf(label.toLowerCase(Locale.ROOT)))
              .distinct()
              .toList();
      if (flagged.isEmpty() || flagged.contains(-1)) {
        problems.add(
            "config.json: its id2label has the labels "
                + names
                + ", expected "
                + (flagged.isEmpty() ? "at least one" : options.labels())
                + " to be among them: set the labels that must not be shown");
      }
      boolean multiLabel =
          "multi_label_classification".equals(config.path("problem_type").asText());
      return new FlagRule(
          names.size(), flagged, !multiLabel && names.size() > 1, options.threshold());
    }

    /**
     * Whether the flagged labels reach the threshold.
     *
     * @param scores one per label
     * @param logits whether scores are logits instead of probabilities
     * @throws IllegalArgumentException for another number of scores
     */
    boolean flags(float[] scores, boolean logits) {
      if (scores.length != labels) {
        throw new IllegalArgumentException(
            scores.length + " scores found, expected one for each of " + labels + " labels");
      }
      double[] probabilities = new double[labels];
      for (int i = 0; i < labels; i++) {
        probabilities[i] = logits ? probability(scores, i) : scores[i];
      }
      return exclusive
          ? flagged.stream().mapToDouble(i -> probabilities[i]).sum() >= threshold
          : flagged.stream().anyMatch(i -> probabilities[i] >= threshold);
    }

    /**
     * The softmax over all labels if they exclude each other, else the logistic function of one.
     */
    private double probability(float[] logits, int label) {
      if (!exclusive) {
        return 1 / (1 + Math.exp(-logits[label]));
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp((double) logit - logits[label]);
      }
      return 1 / sum;
    }
  }
}
