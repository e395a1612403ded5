package io.spackle.segment;

import io.spackle.image.Mask;
import io.spackle.segment.Components.Component;
import io.spackle.segment.Components.Run;
import io.spackle.segment.Quadrilateral.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of an image that a text region covers once it is grown back, by its area times {@link
 * TextRegion#UNCLIP} divided by its perimeter: as a rectangle in any orientation, or in its own
 * shape where the text is curved.
 *
 * @param runs of the image, which may overlap
 * @param height of the text in pixels of the image
 */
record TextOutline(List<Run> runs, double height) {

  /**
   * The outline of a region.
   *
   * @param image of any size
   */
  static TextOutline of(TextRegion region, LabelMap image) {
    Painter painter = new Painter(region.map().plane(), image, new ArrayList<>());
    double height =
        region.isStraight()
            ? painter.paintBox(region.grownBox())
            : painter.paintCurved(region.pixels());
    return new TextOutline(painter.runs(), height * painter.scaleY());
  }

  /** Paints regions of a map at the size of the image, and returns their height in the map. */
  private record Painter(Planes from, LabelMap image, List<Run> runs) {

    double paintBox(Quadrilateral grown) {
      fill(grown.corners(scaleX(), scaleY()));
      return grown.height();
    }

    private double scaleX() {
      return (double) image.width() / from.width();
    }

    private double scaleY() {
      return (double) image.height() / from.height();
    }

    /** The area of a band divided by its perimeter is half its breadth. */
    double paintCurved(Component region) {
      Mask shape = region.mask(from.width(), from.height());
      double depth = shape.deepest();
      double distance = TextRegion.UNCLIP * depth / 2;
      for (Component grown : Components.of(shape.grown((int) Math.ceil(distance)))) {
        for (Run run : grown.runs()) {
          Point left = new Point(run.from() * scaleX(), run.y() * scaleY());
          Point right = new Point(run.to() * scaleX(), (run.y() + 1) * scaleY());
          fill(
              List.of(left, new Point(right.x(), left.y()), right, new Point(left.x(), right.y())));
        }
      }
      return 2 * (depth + distance);
    }

    /** Fills a convex polygon: all pixels that it touches in a row. */
    private void fill(List<Point> corners) {
      double top = corners.stream().mapToDouble(Point::y).min().orElseThrow();
      double bottom = corners.stream().mapToDouble(Point::y).max().orElseThrow();
      int last = (int) Math.min(image.height() - 1, Math.ceil(bottom) - 1);
      for (int y = (int) Math.max(0, Math.floor(top)); y <= last; y++) {
        fillRow(corners, y, Math.min(bottom, Math.max(top, y + 0.5)));
      }
    }

    private void fillRow(List<Point> corners, int row, double y) {
      double left = Double.MAX_VALUE;
      double right = -Double.MAX_VALUE;
      for (int i = 0; i < corners.size(); i++) {
        Point from = corners.get(i);
        Point to = corners.get((i + 1) % corners.size());
        if (Math.min(from.y(), to.y()) <= y && y <= Math.max(from.y(), to.y())) {
          double rise = to.y() - from.y();
          double share = rise == 0 ? 0 : (y - from.y()) / rise;
          double x = from.x() + share * (to.x() - from.x());
          left = Math.min(left, rise == 0 ? Math.min(from.x(), to.x()) : x);
          right = Math.max(right, rise == 0 ? Math.max(from.x(), to.x()) : x);
        }
      }
      int first = (int) Math.max(0, Math.floor(left));
      int end = (int) Math.min(image.width(), Math.ceil(right));
      if (first < end) {
        runs.add(new Run(row, first, end));
      }
    }
  }
}
