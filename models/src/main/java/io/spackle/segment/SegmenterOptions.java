package io.spackle.segment;

import java.io.Serializable;
import java.util.List;

/**
 * What a segmenter's folder leaves open.
 *
 * @param kind null to detect it
 * @param normalise how pixels become the graph's input, or null for what the folder says
 * @param labels the classes of a graph's planes, in their order; empty for those of the folder
 * @param threshold from which probability a pixel counts, 0 to 1; null for the kind's default: 0.5
 *     for saliency, 0.3 for text, and no threshold for classes, of which the likeliest counts
 */
public record SegmenterOptions(
    SegmenterKind kind, Normalisation normalise, List<String> labels, Double threshold)
    implements Serializable {

  /** Everything as the folder says. */
  public static final SegmenterOptions NONE = new SegmenterOptions(null, null, List.of(), null);

  public SegmenterOptions {
    labels = List.copyOf(labels);
  }
}
