package io.spackle.image;

/**
 * Whether a matte can be trusted. It cannot where its soft edges are wide, or where the object has
 * the colour of its background along most of its edge, as a white product on white has.
 */
public final class MatteConfidence {

  /** The width of a soft edge that is too wide, compared with the side of the object. */
  private static final double SOFT_WIDTH = 0.2;

  /** The share of the edge without contrast that is too much. */
  private static final double WEAK_SHARE = 0.5;

  /** A difference of levels that shows. */
  private static final int CONTRAST = 12;

  /** From the edge to where the colours on both sides are compared, in pixels. */
  private static final int BESIDE = 3;

  private final RgbImage photo;
  private final Mask matte;
  private int edges;
  private int weak;

  private MatteConfidence(RgbImage photo, Mask matte) {
    this.photo = photo;
    this.matte = matte;
  }

  /**
   * Whether the cut-out may be ragged.
   *
   * @param mask of any size: 0 on the object, 255 on its background
   */
  public static boolean isLow(RgbImage photo, Mask mask) {
    Mask sized = Filter.BILINEAR.resize(mask, photo.width(), photo.height());
    MatteConfidence confidence = new MatteConfidence(photo, Matte.levels(sized));
    confidence.compareEdges();
    return confidence.softWidth() > SOFT_WIDTH || confidence.weakShare() > WEAK_SHARE;
  }

  private void compareEdges() {
    for (int y = BESIDE; y < matte.height() - BESIDE; y++) {
      for (int x = BESIDE; x < matte.width() - BESIDE; x++) {
        compare(x, y, 1, 0);
        compare(x, y, 0, 1);
      }
    }
  }

  /** The mean width of soft edges, compared with the side of a square of the object's area. */
  private double softWidth() {
    long soft = 0;
    for (byte level : matte.levels()) {
      soft += Matte.isSoft(level) ? 1 : 0;
    }
    double object = matte.levels().length * (1 - matte.coverage());
    return soft / (double) Math.max(1, edges) / Math.sqrt(Math.max(1, object));
  }

  private double weakShare() {
    return edges == 0 ? 0 : weak / (double) edges;
  }

  /** Compares the colours before and behind an edge between a pixel and the next one. */
  private void compare(int x, int y, int stepX, int stepY) {
    if (matte.isMasked(x, y) != matte.isMasked(x + stepX, y + stepY)) {
      int before = (y - BESIDE * stepY) * matte.width() + x - BESIDE * stepX;
      int behind = (y + BESIDE * stepY) * matte.width() + x + BESIDE * stepX;
      edges++;
      weak += difference(before, behind) < CONTRAST ? 1 : 0;
    }
  }

  private int difference(int pixel, int other) {
    int largest = 0;
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int level = photo.pixels()[RgbImage.CHANNELS * pixel + channel] & 0xFF;
      int otherLevel = photo.pixels()[RgbImage.CHANNELS * other + channel] & 0xFF;
      largest = Math.max(largest, Math.abs(level - otherLevel));
    }
    return largest;
  }
}
