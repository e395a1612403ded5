package io.spackle.segment;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The outlines of classes in an image of which the graph saw a reduced copy. Planes that are
 * enlarged bilinearly miss the edges of the image by several pixels. A {@link GuidedFilter} moves
 * their outlines to the edges, in a band around them; all other pixels keep their values.
 */
final class OutlineRefinement {

  private static final float WHITE = 255;

  private final RgbImage image;
  private final Mask band;
  private final List<Planes> functions;
  private final Planes.Taps columns;
  private final Planes.Taps rows;

  /**
   * @param band the pixels of the planes that are near an outline
   * @param functions of the colours for each plane; null for one that is shown nowhere
   */
  private OutlineRefinement(RgbImage image, Mask band, List<Planes> functions) {
    this.image = image;
    this.band = band;
    this.functions = functions;
    columns = Planes.Taps.of(band.width(), image.width());
    rows = Planes.Taps.of(band.height(), image.height());
  }

  /**
   * The refinement of planes.
   *
   * @param planes of probabilities
   * @param shown the label of each of their pixels: the index of a plane, or another number
   */
  static OutlineRefinement of(RgbImage image, Planes planes, byte[] shown) {
    GuidedFilter filter = GuidedFilter.of(image, planes.width(), planes.height());
    List<Planes> functions = new ArrayList<>();
    for (int plane = 0; plane < planes.count(); plane++) {
      functions.add(
          isShown(plane, planes.count(), shown) ? filter.functions(planes.plane(plane)) : null);
    }
    return new OutlineRefinement(image, band(planes, shown), functions);
  }

  /** Whether a plane is shown somewhere; a single one always is. */
  private static boolean isShown(int plane, int count, byte[] shown) {
    for (byte label : shown) {
      if (count == 1 || (label & 0xFF) == plane) {
        return true;
      }
    }
    return false;
  }

  /** The pixels whose averaged windows show more than one label. */
  private static Mask band(Planes planes, byte[] shown) {
    int width = planes.width();
    byte[] outline = new byte[shown.length];
    for (int i = 0; i < shown.length; i++) {
      boolean differs =
          ((i + 1) % width != 0 && shown[i] != shown[i + 1])
              || (i + width < shown.length && shown[i] != shown[i + width]);
      outline[i] = differs ? (byte) 255 : 0;
    }
    return new Mask(width, planes.height(), outline).grown(2 * GuidedFilter.RADIUS);
  }

  /**
   * Refines a row of the enlarged planes.
   *
   * @param row for each plane the value of each pixel
   * @param form of the row's values: what they are for a probability
   */
  void apply(int y, float[][] row, DoubleUnaryOperator form) {
    int bandRow = (int) ((y + 0.5) * band.height() / image.height());
    for (int x = 0; x < image.width(); x++) {
      if (band.isMasked((int) ((x + 0.5) * band.width() / image.width()), bandRow)) {
        for (int plane = 0; plane < row.length; plane++) {
          Planes function = functions.get(plane);
          double probability = function == null ? 0 : value(function, x, y);
          row[plane][x] = (float) form.applyAsDouble(probability);
        }
      }
    }
  }

  /** The function at a pixel, of the pixel's colour. */
  private double value(Planes function, int x, int y) {
    int at = (y * image.width() + x) * RgbImage.CHANNELS;
    double value = at(function, RgbImage.CHANNELS, x, y);
    for (int i = 0; i < RgbImage.CHANNELS; i++) {
      double factor = at(function, i, x, y);
      value += factor * (image.pixels()[at + i] & 0xFF) / WHITE;
    }
    return value;
  }

  /** A plane between its pixels, as {@link Planes#enlarge} has it. */
  private double at(Planes planes, int plane, int x, int y) {
    int start = plane * planes.width() * planes.height();
    int upper = start + rows.first(y) * planes.width();
    int lower = start + rows.second(y) * planes.width();
    float above = columns.between(planes.values(), upper, x);
    float below = columns.between(planes.values(), lower, x);
    return above + rows.share(y) * (below - above);
  }
}
