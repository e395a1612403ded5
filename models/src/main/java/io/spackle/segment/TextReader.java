package io.spackle.segment;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.segment.Components.Component;
import io.spackle.segment.Components.Run;
import io.spackle.segment.Quadrilateral.Point;
import io.spackle.tensor.FloatTensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Text detectors that answer with the probability of shrunken text regions: M. Liao et al.,
 * "Real-time Scene Text Detection with Differentiable Binarization" (2020). Each region above the
 * threshold is grown back by its area times {@link #UNCLIP} divided by its perimeter: as a
 * rectangle in any orientation, or in its own shape where the text is curved.
 *
 * @param threshold the probability from which a pixel belongs to a region
 */
record TextReader(Function<RgbImage, FloatTensor> feed, double threshold) implements AnswerReader {

  static final List<String> CLASSES = List.of(SegmenterTraits.BACKGROUND, SegmenterTraits.TEXT);

  static final double THRESHOLD = 0.3;

  private static final double UNCLIP = 2;

  /** Regions whose mean probability is lower are texture. */
  private static final double LEAST_SCORE = 0.6;

  /** Regions of fewer pixels of the map are noise. */
  private static final int LEAST_AREA = 6;

  /** A region that fills less of its rectangle is curved. */
  private static final double STRAIGHT = 0.5;

  @Override
  public FloatTensor input(RgbImage image) {
    return feed.apply(image);
  }

  @Override
  public LabelMap read(FloatTensor answer, int width, int height) {
    Planes planes = Planes.of(answer, 1);
    LabelMap map = LabelMap.blank(width, height, CLASSES);
    if (!planes.areConstant()) {
      Arrays.fill(map.labels(), (byte) 0);
      paint(planes.probabilities(), map);
    }
    return map;
  }

  private void paint(Planes from, LabelMap map) {
    Painter painter = new Painter(map, from);
    Components.of(above(from)).stream()
        .filter(region -> region.area() >= LEAST_AREA && score(region, from) >= LEAST_SCORE)
        .forEach(painter::paint);
  }

  private Mask above(Planes map) {
    byte[] levels = new byte[map.values().length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = map.values()[i] >= threshold ? (byte) 255 : 0;
    }
    return new Mask(map.width(), map.height(), levels);
  }

  private static double score(Component region, Planes map) {
    double sum = 0;
    for (Run run : region.runs()) {
      for (int x = run.from(); x < run.to(); x++) {
        sum += map.values()[run.y() * map.width() + x];
      }
    }
    return sum / region.area();
  }

  /** Paints regions of a probability map, grown back, at the size of the image. */
  private record Painter(LabelMap map, Planes from) {

    void paint(Component region) {
      Quadrilateral box = Quadrilateral.around(region);
      if (region.area() >= STRAIGHT * box.area()) {
        Quadrilateral grown = box.grown(UNCLIP * box.area() / box.perimeter());
        fill(grown.corners(scaleX(), scaleY()));
      } else {
        paintCurved(region);
      }
    }

    private double scaleX() {
      return (double) map.width() / from.width();
    }

    private double scaleY() {
      return (double) map.height() / from.height();
    }

    /** The area of a band divided by its perimeter is half its breadth. */
    private void paintCurved(Component region) {
      Mask shape = region.mask(from.width(), from.height());
      double distance = UNCLIP * shape.deepest() / 2;
      for (Component grown : Components.of(shape.grown((int) Math.ceil(distance)))) {
        for (Run run : grown.runs()) {
          Point left = new Point(run.from() * scaleX(), run.y() * scaleY());
          Point right = new Point(run.to() * scaleX(), (run.y() + 1) * scaleY());
          fill(
              List.of(left, new Point(right.x(), left.y()), right, new Point(left.x(), right.y())));
        }
      }
    }

    /** Fills a convex polygon: all pixels that it touches in a row. */
    private void fill(List<Point> corners) {
      double top = corners.stream().mapToDouble(Point::y).min().orElseThrow();
      double bottom = corners.stream().mapToDouble(Point::y).max().orElseThrow();
      int last = (int) Math.min(map.height() - 1, Math.ceil(bottom) - 1);
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
      int end = (int) Math.min(map.width(), Math.ceil(right));
      if (first < end) {
        Arrays.fill(map.labels(), row * map.width() + first, row * map.width() + end, (byte) 1);
      }
    }
  }
}
