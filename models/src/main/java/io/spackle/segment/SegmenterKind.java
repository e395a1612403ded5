package io.spackle.segment;

import java.util.Locale;

/** The kinds of segmenters, by what their graphs answer. */
public enum SegmenterKind {
  /** A plane of logits for each class. */
  CLASSES,
  /** One map of the foreground: probabilities or their logits. */
  SALIENCY,
  /** One map of the probability of shrunken text regions. */
  TEXT;

  /** The name in configuration. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
