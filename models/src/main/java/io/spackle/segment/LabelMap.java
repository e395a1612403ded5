package io.spackle.segment;

import io.spackle.image.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The class of each pixel of an image, and the masks made of it.
 *
 * @param classes at most {@link #MOST_CLASSES}
 * @param labels rows from top to bottom: the index of a pixel's class, or {@link #NONE}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose: maps are megabytes
record LabelMap(int width, int height, List<String> classes, byte[] labels) {

  static final int MOST_CLASSES = 255;

  /** The label of a pixel of no class. */
  static final byte NONE = (byte) 255;

  /** A map of pixels of no class. */
  static LabelMap blank(int width, int height, List<String> classes) {
    byte[] labels = new byte[Math.multiplyExact(width, height)];
    Arrays.fill(labels, NONE);
    return new LabelMap(width, height, classes, labels);
  }

  /** This map, where it shows the background with what another one of the same image shows. */
  LabelMap or(LabelMap other) {
    int background = ClassName.indexIn(classes, SegmenterTraits.BACKGROUND);
    byte[] both = labels.clone();
    for (int i = 0; i < both.length; i++) {
      if (both[i] == NONE || both[i] == (byte) background) {
        both[i] = other.labels[i];
      }
    }
    return new LabelMap(width, height, classes, both);
  }

  /** The mask by a rule; blank if nothing is found, that is nothing but background. */
  Mask mask(SegmentRule rule) {
    if (isOfBackground(rule.classes()) && !hasOtherThanBackground()) {
      return maskOf(Set.of());
    }
    Mask found = selected(maskOf(rule.classes()), rule.selection());
    Mask mask =
        groups(rule).entrySet().stream()
            .map(group -> group.getKey().apply(intersection(maskOf(group.getValue()), found)))
            .reduce(Mask::or)
            .orElseThrow();
    return rule.keep().isEmpty() ? mask : intersection(mask, maskOf(rule.keep()).inverted());
  }

  private static boolean isOfBackground(List<String> names) {
    return names.stream().allMatch(name -> ClassName.isSame(name, SegmenterTraits.BACKGROUND));
  }

  private boolean hasOtherThanBackground() {
    byte background = (byte) ClassName.indexIn(classes, SegmenterTraits.BACKGROUND);
    for (byte label : labels) {
      if (label != NONE && label != background) {
        return true;
      }
    }
    return false;
  }

  /** The masked classes by how much they grow. */
  private static Map<Grow, List<String>> groups(SegmentRule rule) {
    Map<Grow, List<String>> groups = new LinkedHashMap<>();
    for (String name : rule.classes()) {
      groups.computeIfAbsent(rule.growOf(name), grow -> new ArrayList<>()).add(name);
    }
    return groups;
  }

  private Mask maskOf(List<String> names) {
    return maskOf(
        names.stream().map(name -> ClassName.indexIn(classes, name)).collect(Collectors.toSet()));
  }

  private Mask maskOf(Set<Integer> indices) {
    byte[] levelOf = new byte[MOST_CLASSES + 1];
    indices.stream().filter(index -> index >= 0).forEach(index -> levelOf[index] = (byte) 255);
    byte[] levels = new byte[labels.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = levelOf[labels[i] & 0xFF];
    }
    return new Mask(width, height, levels);
  }

  private Mask selected(Mask mask, Selection selection) {
    if (selection.mode() == Selection.Mode.ALL) {
      return mask;
    }
    double x = selection.x() * (width - 1);
    double y = selection.y() * (height - 1);
    Comparator<Components.Component> best =
        selection.mode() == Selection.Mode.LARGEST
            ? Comparator.comparing(component -> -component.area())
            : Comparator.comparing(component -> component.squaredDistance(x, y));
    return Components.of(mask).stream()
        .min(best)
        .map(component -> component.mask(width, height))
        .orElse(mask);
  }

  private static Mask intersection(Mask one, Mask other) {
    byte[] both = new byte[one.levels().length];
    for (int i = 0; i < both.length; i++) {
      both[i] = (byte) (one.levels()[i] & other.levels()[i]);
    }
    return new Mask(one.width(), one.height(), both);
  }
}
