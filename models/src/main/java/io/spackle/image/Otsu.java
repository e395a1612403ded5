package io.spackle.image;

/**
 * The split of levels into dark and bright ones where the variance between the two is largest (N.
 * Otsu, "A threshold selection method from gray-level histograms", 1979).
 */
public final class Otsu {

  private Otsu() {}

  /**
   * The highest of the dark levels.
   *
   * @param counts of each level, not all 0
   */
  public static int split(int[] counts) {
    double pixels = 0;
    double total = 0;
    for (int level = 0; level < counts.length; level++) {
      pixels += counts[level];
      total += (double) level * counts[level];
    }
    double mean = total / pixels;
    double below = 0;
    double moment = 0;
    double best = -1;
    int split = 0;
    for (int level = 0; level < counts.length - 1; level++) {
      below += counts[level] / pixels;
      moment += level * counts[level] / pixels;
      double shift = mean * below - moment;
      double between = below > 0 && below < 1 ? shift * shift / (below * (1 - below)) : 0;
      if (between > best) {
        best = between;
        split = level;
      }
    }
    return split;
  }
}
