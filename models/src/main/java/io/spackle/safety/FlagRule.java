package io.spackle.safety;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From a classifier's scores to a decision.
 *
 * @param labels how many the classifier knows
 * @param flagged the indexes of those that must not be shown
 * @param exclusive whether an image has one label alone, so that probabilities add up
 * @param threshold from 0 to 1
 */
record FlagRule(int labels, List<Integer> flagged, boolean exclusive, double threshold) {

  /**
   * Reads {@code config.json}.
   *
   * @param problems gets what is wrong; the result counts only if there is nothing
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
              + (flagged.isEmpty() ? "one at least" : options.labels())
              + " to be chosen from them: set the labels that must not be shown");
    }
    boolean several = "multi_label_classification".equals(config.path("problem_type").asText());
    return new FlagRule(names.size(), flagged, !several && names.size() > 1, options.threshold());
  }

  /**
   * Whether the labels that must not be shown are likely enough.
   *
   * @param scores one per label
   * @param logits whether they are logits instead of probabilities
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

  /** Softmax over all where labels exclude each other, else the logistic function of each. */
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
