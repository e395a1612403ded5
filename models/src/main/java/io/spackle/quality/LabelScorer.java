package io.spackle.quality;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.bundle.ClassLabels;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.image.RgbImage;
import io.spackle.preprocess.ImagePreprocessor;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Map;

/**
 * A scorer that is an image classifier, of which one label's probability is the score, or a
 * regressor, whose only value is the score.
 *
 * @param input the graph's input
 * @param output the graph's output
 */
record LabelScorer(
    Graph graph, String input, String output, ImagePreprocessor preprocessor, Labels labels)
    implements Scorer {

  private static final String PROBABILITIES = "probabilities";

  /** The possible names of the output of a graph that has several. */
  private static final List<String> OUTPUTS = List.of("logits", PROBABILITIES);

  static LabelScorer of(
      Graph graph, ImagePreprocessor preprocessor, Labels labels, List<String> problems) {
    if (graph.inputs().size() != 1) {
      problems.add(
          "model.onnx: inputs %s found, expected a single one, the image, or those of CLIP"
              .formatted(graph.inputs().keySet()));
    }
    String output = output(graph);
    if (!graph.outputs().containsKey(output)) {
      problems.add(
          "model.onnx: outputs %s found, expected a single one, or one of %s: export an image classifier"
              .formatted(graph.outputs().keySet(), OUTPUTS));
    }
    String input = graph.inputs().keySet().iterator().next();
    return new LabelScorer(graph, input, output, preprocessor, labels);
  }

  private static String output(Graph graph) {
    return graph.outputs().size() == 1
        ? graph.outputs().keySet().iterator().next()
        : OUTPUTS.stream().filter(graph.outputs()::containsKey).findFirst().orElse(OUTPUTS.get(0));
  }

  @Override
  public Double score(RgbImage image, String prompt, Cancellation cancellation) {
    FloatTensor scores = graph.run(Map.of(input, preprocessor.tensor(image)), output, cancellation);
    return ScorerModel.finite(labels.score(scores.data(), output.equals(PROBABILITIES)));
  }

  @Override
  public void close() {
    graph.close();
  }

  /**
   * The score in the output of a network.
   *
   * @param all labels of a classifier; null for a regressor, whose only value counts
   * @param chosen the index of the label whose probability counts
   */
  record Labels(ClassLabels all, int chosen) {

    private static final Labels REGRESSOR = new Labels(null, 0);

    /**
     * Reads {@code config.json}.
     *
     * @param label null for the only value of a regressor
     * @param problems receives the problems found; with any, the result is meaningless
     */
    static Labels of(JsonNode config, String label, List<String> problems) {
      if (label == null) {
        return REGRESSOR;
      }
      ClassLabels all = ClassLabels.of(config);
      int chosen = all.index(label);
      if (chosen < 0) {
        problems.add(
            "config.json: its id2label has the labels %s, expected %s to be among them"
                .formatted(all.names(), label));
      }
      return new Labels(all, chosen);
    }

    /**
     * The score: a probability, or the only value.
     *
     * @throws IllegalArgumentException for another number of values
     */
    double score(float[] values, boolean probabilities) {
      int count = all == null ? 1 : all.names().size();
      if (values.length != count) {
        throw new IllegalArgumentException(
            all == null
                ? "%d values found, expected a single one: name a label with scorer-label"
                    .formatted(values.length)
                : "%d values found, expected one for each of %d labels"
                    .formatted(values.length, count));
      }
      boolean isScore = all == null || probabilities;
      return isScore ? values[chosen] : all.probability(values, chosen);
    }
  }
}
