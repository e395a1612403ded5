package io.spackle.segment;

import io.spackle.segment.Components.Component;
import io.spackle.segment.Components.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * A rectangle in any orientation.
 *
 * @param x of the centre
 * @param y of the centre
 * @param along the unit vector of the side of {@code length}; the other side is perpendicular
 */
record Quadrilateral(double x, double y, Point along, double length, double breadth) {

  /** A point or a vector in pixels. */
  record Point(double x, double y) {}

  /**
   * The rectangle of the least area around a region, by rotating calipers over its convex hull (G.
   * Toussaint, "Solving geometric problems with the rotating calipers", 1983): one of its sides
   * lies on a side of the hull.
   */
  static Quadrilateral around(Component region) {
    List<Point> hull = hull(corners(region));
    Quadrilateral least = null;
    for (int i = 0; i < hull.size(); i++) {
      Point from = hull.get(i);
      Point to = hull.get((i + 1) % hull.size());
      double distance = Math.hypot(to.x - from.x, to.y - from.y);
      Point along = new Point((to.x - from.x) / distance, (to.y - from.y) / distance);
      Quadrilateral candidate = around(hull, along);
      least = least == null || candidate.area() < least.area() ? candidate : least;
    }
    return least;
  }

  private static Quadrilateral around(List<Point> hull, Point along) {
    double left = Double.MAX_VALUE;
    double right = -Double.MAX_VALUE;
    double top = Double.MAX_VALUE;
    double bottom = -Double.MAX_VALUE;
    for (Point point : hull) {
      double u = point.x * along.x + point.y * along.y;
      double v = point.y * along.x - point.x * along.y;
      left = Math.min(left, u);
      right = Math.max(right, u);
      top = Math.min(top, v);
      bottom = Math.max(bottom, v);
    }
    double u = (left + right) / 2;
    double v = (top + bottom) / 2;
    return new Quadrilateral(
        u * along.x - v * along.y, u * along.y + v * along.x, along, right - left, bottom - top);
  }

  /** The outer corners of the first and the last pixel of each run. */
  private static List<Point> corners(Component region) {
    List<Point> corners = new ArrayList<>();
    for (Run run : region.runs()) {
      for (int y = run.y(); y <= run.y() + 1; y++) {
        corners.add(new Point(run.from(), y));
        corners.add(new Point(run.to(), y));
      }
    }
    return corners;
  }

  /** The convex hull, by monotone chains (A. Andrew, 1979). */
  private static List<Point> hull(List<Point> points) {
    List<Point> sorted =
        points.stream()
            .distinct()
            .sorted(Comparator.comparingDouble(Point::x).thenComparingDouble(Point::y))
            .toList();
    List<Point> hull = new ArrayList<>();
    addChain(hull, sorted);
    List<Point> reversed = new ArrayList<>(sorted);
    Collections.reverse(reversed);
    addChain(hull, reversed);
    return hull;
  }

  private static void addChain(List<Point> hull, List<Point> points) {
    int start = hull.size();
    for (Point point : points) {
      while (hull.size() >= start + 2 && !turns(hull, point)) {
        hull.remove(hull.size() - 1);
      }
      hull.add(point);
    }
    hull.remove(hull.size() - 1); // the first point of the other chain
  }

  private static boolean turns(List<Point> hull, Point next) {
    Point from = hull.get(hull.size() - 2);
    Point last = hull.get(hull.size() - 1);
    return (last.x - from.x) * (next.y - from.y) - (last.y - from.y) * (next.x - from.x) > 0;
  }

  double area() {
    return length * breadth;
  }

  double perimeter() {
    return 2 * (length + breadth);
  }

  /** The shorter side. */
  double height() {
    return Math.min(length, breadth);
  }

  /** How many times as long as high, at least 1. */
  double aspectRatio() {
    return Math.max(length, breadth) / height();
  }

  /** This rectangle with each side moved outwards. */
  Quadrilateral grown(double distance) {
    return new Quadrilateral(x, y, along, length + 2 * distance, breadth + 2 * distance);
  }

  /** The corners, in the order of the outline, with both axes scaled. */
  List<Point> corners(double scaleX, double scaleY) {
    double[][] signs = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
    List<Point> corners = new ArrayList<>();
    for (double[] sign : signs) {
      double u = sign[0] * length / 2;
      double v = sign[1] * breadth / 2;
      double cornerX = x + u * along.x - v * along.y;
      double cornerY = y + u * along.y + v * along.x;
      corners.add(new Point(cornerX * scaleX, cornerY * scaleY));
    }
    return corners;
  }
}
