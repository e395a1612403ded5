package io.spackle.segment;

import io.spackle.image.Mask;
import io.spackle.segment.Components.Component;
import io.spackle.segment.Components.Run;
import java.util.List;

/**
 * The probability of text in each pixel of a graph's input.
 *
 * @param plane of probabilities
 * @param threshold from which a pixel belongs to a region
 */
record TextMap(Planes plane, double threshold) {

  /** Regions of fewer pixels of the map are noise. */
  private static final int LEAST_AREA = 6;

  /** Regions whose mean probability is lower are texture. */
  private static final double LEAST_SCORE = 0.6;

  List<TextRegion> regions() {
    return Components.of(above()).stream()
        .filter(pixels -> pixels.area() >= LEAST_AREA && score(pixels) >= LEAST_SCORE)
        .map(pixels -> new TextRegion(this, pixels, Quadrilateral.around(pixels)))
        .toList();
  }

  private Mask above() {
    byte[] levels = new byte[plane.values().length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = plane.values()[i] >= threshold ? (byte) 255 : 0;
    }
    return new Mask(plane.width(), plane.height(), levels);
  }

  /** The mean probability of a region. */
  private double score(Component region) {
    double sum = 0;
    for (Run run : region.runs()) {
      for (int x = run.from(); x < run.to(); x++) {
        sum += plane.values()[run.y() * plane.width() + x];
      }
    }
    return sum / region.area();
  }
}
