package io.spackle.safety;

import java.io.Serializable;
import java.util.List;

/**
 * When a classifier flags an image; a CLIP checker has its own thresholds inside.
 *
 * @param labels that must not be shown, as the classifier's {@code config.json} names them
 * @param threshold the probability, 0 to 1, from which on they are taken for seen
 */
public record SafetyOptions(List<String> labels, double threshold) implements Serializable {

  public SafetyOptions {
    labels = List.copyOf(labels);
  }
}
