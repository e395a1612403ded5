package io.spackle.safety;

import java.io.Serializable;
import java.util.List;

/**
 * The options of image classifiers; a CLIP checker has built-in thresholds.
 *
 * @param labels the labels that must not be shown, named as in the classifier's {@code config.json}
 * @param threshold the probability from which an image is flagged, 0 to 1
 */
public record SafetyOptions(List<String> labels, double threshold) implements Serializable {

  public SafetyOptions {
    labels = List.copyOf(labels);
  }
}
