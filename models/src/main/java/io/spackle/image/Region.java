package io.spackle.image;

/**
 * A rectangle of pixels.
 *
 * @param left the first column
 * @param top the first row
 * @param right the column after the last
 * @param bottom the row after the last
 */
public record Region(int left, int top, int right, int bottom) {

  public Region {
    if (left >= right || top >= bottom) {
      throw new IllegalArgumentException(
          "an empty region: columns " + left + " to " + right + ", rows " + top + " to " + bottom);
    }
  }

  /** The region of a complete image. */
  static Region of(int width, int height) {
    return new Region(0, 0, width, height);
  }

  public int width() {
    return right - left;
  }

  public int height() {
    return bottom - top;
  }

  long pixels() {
    return (long) width() * height();
  }

  /**
   * The region around a mask, for a model that sees only the masked region's surroundings: the
   * bounding box of all levels above 0, padded, clamped, then grown about its centre to the model's
   * aspect ratio as far as the image allows.
   *
   * <p>The counterpart of {@code VaeImageProcessor.get_crop_region} in huggingface/diffusers,
   * rounding included; verified by golden files.
   *
   * @param mask with at least one level above 0
   * @param width the numerator of the aspect ratio
   * @param height its denominator
   * @param padding in pixels, on each side
   */
  static Region around(Mask mask, int width, int height, int padding) {
    return around(mask).grown(of(mask.width(), mask.height()), width, height, padding);
  }

  /** Likewise around a bounding box that is known already. */
  Region grown(Region image, int width, int height, int padding) {
    int left = Math.max(this.left - padding, 0);
    int top = Math.max(this.top - padding, 0);
    int right = Math.min(this.right + padding, image.width());
    int bottom = Math.min(this.bottom + padding, image.height());
    double aspect = (double) width / height;
    if ((double) (right - left) / (bottom - top) > aspect) {
      int[] rows = widen(top, bottom, (right - left) / aspect, image.height());
      return new Region(left, rows[0], right, rows[1]);
    }
    int[] columns = widen(left, right, (bottom - top) * aspect, image.width());
    return new Region(columns[0], top, columns[1], bottom);
  }

  /** A span grown about its centre to a length, shifted into [0, limit), then clamped. */
  private static int[] widen(int from, int to, double length, int limit) {
    int missing = (int) (length - (to - from));
    int first = from - missing / 2;
    int end = to + missing - missing / 2;
    int over = Math.max(0, end - limit);
    first -= over;
    end -= over;
    int under = Math.max(0, -first);
    return new int[] {first + under, Math.min(limit, end + under)};
  }

  /**
   * The bounding box of all levels above 0.
   *
   * @param mask with at least one
   */
  static Region around(Mask mask) {
    int left = mask.width();
    int top = mask.height();
    int right = 0;
    int bottom = 0;
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        if (mask.level(x, y) > 0) {
          left = Math.min(left, x);
          right = Math.max(right, x + 1);
          top = Math.min(top, y);
          bottom = y + 1;
        }
      }
    }
    return new Region(left, top, right, bottom);
  }
}
