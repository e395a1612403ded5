package io.spackle.image;

/**
 * The part of an image that a model works on when only the mask's surroundings matter: the
 * counterpart of {@code VaeImageProcessor.get_crop_region} in huggingface/diffusers, pinned by
 * golden files down to its rounding.
 */
final class CropRegion {

  private CropRegion() {}

  /**
   * The bounding box of all levels above 0, padded, clamped, then grown about its middle to the
   * proportions of the model's image as far as the mask's edges allow.
   *
   * @param mask at least one level above 0
   * @param width with {@code height} the proportions
   * @param padding pixels on each side
   */
  static Region around(Mask mask, int width, int height, int padding) {
    Region box = boundingBox(mask);
    int left = Math.max(box.left() - padding, 0);
    int top = Math.max(box.top() - padding, 0);
    int right = Math.min(box.right() + padding, mask.width());
    int bottom = Math.min(box.bottom() + padding, mask.height());
    double wanted = (double) width / height;
    if ((double) (right - left) / (bottom - top) > wanted) {
      int[] rows = widen(top, bottom, (right - left) / wanted, mask.height());
      return new Region(left, rows[0], right, rows[1]);
    }
    int[] columns = widen(left, right, (bottom - top) * wanted, mask.width());
    return new Region(columns[0], top, columns[1], bottom);
  }

  /** A span grown about its middle to a length, shifted inside [0, limit), then cut off. */
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

  private static Region boundingBox(Mask mask) {
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
