package io.spackle.text;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A prompt with a weight for each part.
 *
 * @param sections at least one, which may be empty; each starts a new sequence
 */
public record WeightedPrompt(List<List<Span>> sections) {

  /**
   * A part of a prompt.
   *
   * @param text without emphasis syntax, not empty
   * @param weight 1 for text without emphasis
   */
  public record Span(String text, float weight) {}

  public WeightedPrompt {
    sections = sections.stream().map(List::copyOf).toList();
  }

  /** Whether any part has a weight other than 1. */
  public boolean isWeighted() {
    return sections.stream().flatMap(List::stream).anyMatch(span -> span.weight() != 1);
  }

  /** The text without emphasis syntax, for encoders without weights. */
  public String text() {
    return sections.stream().map(WeightedPrompt::text).collect(Collectors.joining(" "));
  }

  private static String text(List<Span> section) {
    return section.stream().map(Span::text).collect(Collectors.joining());
  }
}
