package io.spackle.conf;

import io.spackle.mask.MaskEntry;
import io.spackle.segment.ClassName;
import io.spackle.segment.Grow;
import io.spackle.segment.Normalisation;
import io.spackle.segment.SegmentRule;
import io.spackle.segment.SegmenterKind;
import io.spackle.segment.SegmenterOptions;
import io.spackle.segment.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The entries below {@code masks}: segmenters, and the masks to make of what they find.
 *
 * @param entries in the order of their names
 */
public record MasksConf(List<EntryConf> entries) {

  /** The group of keys. */
  static final String GROUP = "masks";

  /** The entry of reference.conf, whose values are the defaults of all others. */
  static final String TEMPLATE = "text";

  private static final String PERCENT = "-?\\d+(\\.\\d+)?%";
  private static final String NUMBER = "-?\\d+(\\.\\d+)?";

  /**
   * One entry.
   *
   * @param path of the segmenter's folder: local or any Hadoop URI; or a built-in one
   * @param rule whose classes are empty if the segmenter and the entry's name decide
   */
  public record EntryConf(
      String name,
      String path,
      SegmenterOptions options,
      SegmentRule rule,
      MaskEntry.Policy policy) {

    /**
     * The classes that this entry masks: those that are configured; else the one with the entry's
     * name; else all but the background.
     *
     * @param known classes of its segmenter
     */
    List<String> classes(List<String> known) {
      if (!rule.classes().isEmpty()) {
        return rule.classes();
      }
      List<String> named = known.stream().filter(it -> ClassName.isSame(it, name)).toList();
      return named.isEmpty()
          ? known.stream().filter(it -> !ClassName.isSame(it, "background")).toList()
          : named;
    }
  }

  /** The entries that have a segmenter: a profile may prepare one for a segmenter yet to name. */
  static MasksConf of(ConfReader reader) {
    List<EntryConf> entries = new ArrayList<>();
    for (String name : reader.names(GROUP)) {
      if (!name.matches("[A-Za-z0-9_-]+")) {
        reader.problem(GROUP, "has the name '" + name + "', expected letters, digits, - and _");
      } else if (!reader.isNull(GROUP + "." + name + ".path")) {
        entries.add(entry(reader, name));
      }
    }
    return new MasksConf(List.copyOf(entries));
  }

  private static EntryConf entry(ConfReader reader, String name) {
    String at = GROUP + "." + name + ".";
    return new EntryConf(
        name,
        reader.location(at + "path"),
        new SegmenterOptions(
            reader.choiceOrAuto(at + "kind", SegmenterKind.class),
            reader.choiceOrAuto(at + "normalise", Normalisation.class),
            reader.names(at + "labels", List.of()),
            reader.orNull(at + "threshold", key -> reader.number(key, 0, 1))),
        rule(reader, at),
        new MaskEntry.Policy(
            reader.choice(at + "empty", MaskEntry.Empty.class), reader.fraction(at + "max-share")));
  }

  private static SegmentRule rule(ConfReader reader, String at) {
    String key = at + "grow";
    Map<String, Grow> growOf = new TreeMap<>();
    Grow grow = Grow.NONE;
    if (reader.value(key) instanceof Map<?, ?> byClass) {
      byClass.forEach((name, value) -> growOf.put(String.valueOf(name), grow(reader, key, value)));
    } else {
      grow = grow(reader, key, reader.value(key));
    }
    return new SegmentRule(
        reader.names(at + "classes", List.of()),
        grow,
        growOf,
        reader.names(at + "keep", List.of()),
        selection(reader, at));
  }

  private static Grow grow(ConfReader reader, String key, Object value) {
    String text = String.valueOf(value).strip();
    if (text.matches(PERCENT)) {
      return new Grow(Double.parseDouble(text.substring(0, text.length() - 1)) / 100, true);
    }
    if (!text.matches(NUMBER)) {
      reader.problem(
          key,
          "is "
              + text
              + ", expected pixels such as 8, a share of the shorter side such as 2%, or one of"
              + " them for each class");
      return Grow.NONE;
    }
    return new Grow(Double.parseDouble(text), false);
  }

  private static Selection selection(ConfReader reader, String at) {
    List<Double> point = reader.numbers(at + "point");
    if (point.size() != 2 || point.stream().anyMatch(share -> share < 0 || share > 1)) {
      reader.problem(at + "point", "is " + point + ", expected two shares such as [0.5, 0.5]");
      return Selection.ALL;
    }
    return new Selection(
        reader.choice(at + "select", Selection.Mode.class), point.get(0), point.get(1));
  }
}
