package io.spackle.row;

/** The distance of two names, for suggestions. */
public final class Spelling {

  private Spelling() {}

  /**
   * The edits between two names: characters inserted, deleted or replaced, or two neighbours
   * swapped.
   *
   * @see <a href="https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance">optimal
   *     string alignment distance</a>
   */
  public static int edits(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : best(edits, a, b, i, j);
      }
    }
    return edits[a.length()][b.length()];
  }

  private static int best(int[][] edits, String a, String b, int i, int j) {
    boolean isSame = a.charAt(i - 1) == b.charAt(j - 1);
    int best = edits[i - 1][j - 1] + (isSame ? 0 : 1);
    best = Math.min(best, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
    boolean isSwapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return isSwapped ? Math.min(best, 1 + edits[i - 2][j - 2]) : best;
  }
}
