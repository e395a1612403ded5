package io.spackle.segment;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * The mask to make of what a segmenter finds: its classes, then one of its regions, grown, without
 * what is kept.
 *
 * @param classes whose union is masked; at least one
 * @param grow of all classes that {@code growOf} does not name
 * @param growOf by class, see {@link ClassName}
 * @param keep classes that are never masked, even where the mask grows into them
 */
public record SegmentRule(
    List<String> classes,
    Grow grow,
    Map<String, Grow> growOf,
    List<String> keep,
    Selection selection)
    implements Serializable {

  public SegmentRule {
    classes = List.copyOf(classes);
    growOf = Map.copyOf(growOf);
    keep = List.copyOf(keep);
  }

  /** The classes as they were found. */
  public static SegmentRule of(List<String> classes) {
    return new SegmentRule(classes, Grow.NONE, Map.of(), List.of(), Selection.ALL);
  }

  /** This rule for other classes. */
  public SegmentRule withClasses(List<String> other) {
    return new SegmentRule(other, grow, growOf, keep, selection);
  }

  /** By how much a class grows. */
  Grow growOf(String name) {
    return growOf.entrySet().stream()
        .filter(entry -> ClassName.isSame(entry.getKey(), name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(grow);
  }
}
