package io.spackle.conf;

import java.util.Collection;
import java.util.Comparator;

/** The known key that a mistyped one was probably meant to be. */
final class Suggestion {

  private static final int FARTHEST = 3;

  private Suggestion() {}

  /** A clause for an error message; empty where nothing comes close. */
  static String of(String key, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String other) -> distance(key, other)))
        .filter(other -> distance(key, other) <= FARTHEST)
        .map(other -> ", did you mean " + other + "?")
        .orElse("");
  }

  /** Edits between two keys; 1 where only the group is wrong or left out. */
  private static int distance(String key, String other) {
    return name(key).equals(name(other)) ? 1 : edits(key, other);
  }

  private static String name(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** Levenshtein distance. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
