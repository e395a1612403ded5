package io.spackle.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The labels of an image classifier, as its {@code config.json} names them.
 *
 * @param names in lower case, in the order of the classifier's values
 * @param exclusive whether labels exclude each other, so that probabilities add up to 1
 */
public record ClassLabels(List<String> names, boolean exclusive) {

  /** Reads {@code config.json}; without {@code id2label} there are no labels. */
  public static ClassLabels of(JsonNode config) {
    List<String> names = new ArrayList<>();
    JsonNode byId = config.path("id2label");
    for (int id = 0; byId.has(Integer.toString(id)); id++) {
      names.add(byId.get(Integer.toString(id)).asText().toLowerCase(Locale.ROOT));
    }
    boolean multiLabel = "multi_label_classification".equals(config.path("problem_type").asText());
    return new ClassLabels(names, !multiLabel && names.size() > 1);
  }

  /** The index of a label, in any case; -1 if there is none of this name. */
  public int index(String label) {
    return names.indexOf(label.toLowerCase(Locale.ROOT));
  }

  /**
   * The probability of a label: the softmax over all labels if they exclude each other, else the
   * logistic function of one.
   *
   * @param logits one per label
   */
  public double probability(float[] logits, int label) {
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
