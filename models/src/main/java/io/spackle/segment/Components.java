package io.spackle.segment;

import io.spackle.image.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The connected regions of a mask, of pixels that touch each other at a side or a corner. They are
 * stored as horizontal runs, so that memory grows with their outline, not with their area.
 */
final class Components {

  /** Pixels {@code from} to {@code to - 1} of row {@code y}. */
  record Run(int y, int from, int to) {}

  /** A connected region: its runs from top to bottom. */
  record Component(List<Run> runs) {

    int area() {
      return runs.stream().mapToInt(run -> run.to() - run.from()).sum();
    }

    /** The squared distance of a point to the nearest pixel. */
    double squaredDistance(double x, double y) {
      double nearest = Double.MAX_VALUE;
      for (Run run : runs) {
        double dx = Math.max(0, Math.max(run.from() - x, x - (run.to() - 1)));
        double dy = run.y() - y;
        nearest = Math.min(nearest, dx * dx + dy * dy);
      }
      return nearest;
    }

    /** The region in a mask of the given size. */
    Mask mask(int width, int height) {
      byte[] levels = new byte[Math.multiplyExact(width, height)];
      for (Run run : runs) {
        Arrays.fill(levels, run.y() * width + run.from(), run.y() * width + run.to(), (byte) 255);
      }
      return new Mask(width, height, levels);
    }
  }

  private final List<Run> runs = new ArrayList<>();
  private final List<Integer> parents = new ArrayList<>();

  private Components() {}

  /** The regions from top to bottom. */
  static List<Component> of(Mask mask) {
    Components components = new Components();
    int above = 0; // the first run of the row above
    int row = 0; // the first run of this row
    for (int y = 0; y < mask.height(); y++) {
      components.addRow(mask, y);
      components.join(above, row);
      above = row;
      row = components.runs.size();
    }
    return components.collected();
  }

  private void addRow(Mask mask, int y) {
    int x = 0;
    while (x < mask.width()) {
      if (!mask.isMasked(x, y)) {
        x++;
        continue;
      }
      int from = x;
      while (x < mask.width() && mask.isMasked(x, y)) {
        x++;
      }
      parents.add(runs.size());
      runs.add(new Run(y, from, x));
    }
  }

  /** Joins the runs of a row with those above that they touch. */
  private void join(int above, int row) {
    int upper = above;
    for (int lower = row; lower < runs.size(); lower++) {
      while (upper < row && runs.get(upper).to() < runs.get(lower).from()) {
        upper++;
      }
      for (int i = upper; i < row && runs.get(i).from() <= runs.get(lower).to(); i++) {
        parents.set(root(i), root(lower));
      }
    }
  }

  private int root(int run) {
    int root = run;
    while (parents.get(root) != root) {
      parents.set(root, parents.get(parents.get(root))); // halves the path
      root = parents.get(root);
    }
    return root;
  }

  private List<Component> collected() {
    Map<Integer, List<Run>> byRoot = new TreeMap<>();
    for (int i = 0; i < runs.size(); i++) {
      byRoot.computeIfAbsent(root(i), root -> new ArrayList<>()).add(runs.get(i));
    }
    return byRoot.values().stream().map(Component::new).toList();
  }
}
