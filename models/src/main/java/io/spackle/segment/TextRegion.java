package io.spackle.segment;

import io.spackle.image.RgbImage;
import io.spackle.segment.Components.Component;
import java.util.List;

/**
 * A region of a {@link TextMap}: the middle of a line of text.
 *
 * @param map that has it
 * @param pixels of the map
 * @param box around the pixels
 */
record TextRegion(TextMap map, Component pixels, Quadrilateral box) {

  /** By how much regions are grown back: their area times this, divided by their perimeter. */
  static final double UNCLIP = 2;

  /** A region that fills less of its rectangle is curved. */
  private static final double STRAIGHT = 0.5;

  boolean isStraight() {
    return pixels.area() >= STRAIGHT * box.area();
  }

  /** The rectangle grown back to the outline of the text, in pixels of the map. */
  Quadrilateral grownBox() {
    return box.grown(UNCLIP * box.area() / box.perimeter());
  }

  /** The lines of text that the region may be, cut out of the image. */
  List<TextCrop> crops(RgbImage image) {
    double scaleX = (double) image.width() / map.plane().width();
    double scaleY = (double) image.height() / map.plane().height();
    return TextCrop.of(grownBox().corners(scaleX, scaleY));
  }
}
