package io.spackle.segment;

import java.util.List;
import java.util.Locale;

/** The comparison of class names, which people spell as they like. */
public final class ClassName {

  private ClassName() {}

  /** A name without its case; hyphens, underscores and runs of blanks are one blank. */
  public static String folded(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]+", " ");
  }

  /** Whether two names are one class. */
  public static boolean isSame(String one, String other) {
    return folded(one).equals(folded(other));
  }

  /** The place of a name in a list, or -1. */
  static int indexIn(List<String> names, String name) {
    for (int i = 0; i < names.size(); i++) {
      if (isSame(names.get(i), name)) {
        return i;
      }
    }
    return -1;
  }
}
