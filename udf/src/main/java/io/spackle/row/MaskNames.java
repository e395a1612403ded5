package io.spackle.row;

import io.spackle.row.RowMask.Part;
import io.spackle.segment.ClassName;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The names that rows may give in {@code mask_from}: the entries of {@code masks}, and the classes
 * of their segmenters.
 *
 * @param classes of the segmenter of each entry, by the entry's name
 */
public record MaskNames(Map<String, List<String>> classes) implements Serializable {

  /** No entry. */
  public static final MaskNames NONE = new MaskNames(Map.of());

  public MaskNames {
    classes = new TreeMap<>(classes);
  }

  /**
   * The mask of some names, separated by commas: of an entry, of a class that one entry has, or
   * {@code entry: class}.
   *
   * @throws IllegalArgumentException with the names that there are
   */
  public RowMask.Found resolve(String names) {
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (String name : names.split(",")) {
      Part part = part(name.strip());
      found.merge(part.entry(), part.classes(), MaskNames::united);
    }
    List<Part> parts = new ArrayList<>();
    found.forEach((entry, chosen) -> parts.add(new Part(entry, chosen)));
    return new RowMask.Found(names, parts);
  }

  /** An entry without classes stands for its own, which may be others: both count then. */
  private static List<String> united(List<String> some, List<String> others) {
    if (some.isEmpty() || others.isEmpty()) {
      return List.of();
    }
    List<String> both = new ArrayList<>(some);
    both.addAll(others);
    return both;
  }

  private Part part(String name) {
    if (classes.containsKey(name)) {
      return new Part(name, List.of());
    }
    int colon = name.indexOf(':');
    if (colon > 0) {
      String entry = name.substring(0, colon).strip();
      String chosen = name.substring(colon + 1).strip();
      if (classes.containsKey(entry) && has(entry, chosen)) {
        return new Part(entry, List.of(chosen));
      }
      throw unknown(name);
    }
    List<String> entries = classes.keySet().stream().filter(entry -> has(entry, name)).toList();
    if (entries.size() > 1) {
      throw new IllegalArgumentException(
          "%s found, which %s have; one of them expected, such as %s: %s"
              .formatted(
                  Redaction.value(name), String.join(" and ", entries), entries.get(0), name));
    }
    if (entries.isEmpty()) {
      throw unknown(name);
    }
    return new Part(entries.get(0), List.of(name));
  }

  private boolean has(String entry, String name) {
    return classes.get(entry).stream().anyMatch(known -> ClassName.isSame(known, name));
  }

  private IllegalArgumentException unknown(String name) {
    String known =
        classes.entrySet().stream()
            .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
            .collect(Collectors.joining("; "));
    return new IllegalArgumentException(
        "%s found, a name below spackle.masks or one of its classes expected: %s"
            .formatted(Redaction.value(name), known.isEmpty() ? "there are none" : known));
  }
}
