package io.spackle.image;

import io.spackle.image.Extension.Sides;

/**
 * A canvas and the place of an image on it.
 *
 * <p>An inset is a number of pixels by which the image is reduced on each side where the canvas
 * extends beyond it, and at most a quarter of the image.
 *
 * @param width of the canvas in pixels
 * @param height of the canvas in pixels
 * @param image the place of the image, within the canvas
 */
public record Canvas(int width, int height, Region image) {

  public Canvas {
    if (image.left() < 0 || image.top() < 0 || image.right() > width || image.bottom() > height) {
      throw new IllegalArgumentException(
          image + " on a canvas of " + width + " x " + height + ", expected within it");
    }
  }

  /** The canvas on which the upper left corner of an image has a place. */
  static Canvas around(Region image, int left, int top, int width, int height) {
    return new Canvas(
        width, height, new Region(left, top, left + image.width(), top + image.height()));
  }

  /** Whether the canvas is the image. */
  public boolean isUnchanged() {
    return image.equals(Region.of(width, height));
  }

  /** The number of pixels. */
  public long pixels() {
    return (long) width * height;
  }

  /** The pixels that the canvas has beyond the image, on each side. */
  public Sides added() {
    return new Sides(image.left(), image.top(), width - image.right(), height - image.bottom());
  }

  /** The mask of the canvas: 255 on what is new, and on the inset of the image. */
  public Mask mask(int inset) {
    Region kept = reduced(inset);
    byte[] blank = new byte[kept.width() * kept.height()];
    Plane hole = new Plane(kept.width(), kept.height(), 1, blank);
    return Mask.of(Mask.full(width, height).plane().place(hole, kept.left(), kept.top()));
  }

  /** A mask of the image on the canvas, 0 on what is new. */
  public Mask place(Mask ofImage) {
    return Mask.of(place(ofImage.plane()));
  }

  /**
   * A plane of the image on the canvas, with the pixels at its edges repeated on what is new.
   *
   * @param inset the edges of the image that are replaced, too
   */
  public Plane extend(Plane ofImage, int inset) {
    Plane canvas = place(ofImage);
    Region shown = reduced(inset);
    for (int y = shown.top(); y < shown.bottom(); y++) {
      repeat(canvas, y * width, shown.left(), 0, shown.left());
      repeat(canvas, y * width, shown.right() - 1, shown.right(), width);
    }
    int stride = canvas.stride();
    for (int y = 0; y < height; y++) {
      int nearest = Math.max(shown.top(), Math.min(shown.bottom() - 1, y));
      System.arraycopy(canvas.data(), nearest * stride, canvas.data(), y * stride, stride);
    }
    return canvas;
  }

  /** The place of the image without its inset. */
  private Region reduced(int inset) {
    int x = Math.min(inset, image.width() / 4);
    int y = Math.min(inset, image.height() / 4);
    Sides added = added();
    return new Region(
        image.left() + (added.left() > 0 ? x : 0),
        image.top() + (added.top() > 0 ? y : 0),
        image.right() - (added.right() > 0 ? x : 0),
        image.bottom() - (added.bottom() > 0 ? y : 0));
  }

  private Plane place(Plane ofImage) {
    if (!ofImage.isSized(image.width(), image.height())) {
      throw new IllegalArgumentException(
          "an image of %d x %d pixels, expected %d x %d, its place on the canvas"
              .formatted(ofImage.width(), ofImage.height(), image.width(), image.height()));
    }
    return ofImage.blank(width, height).place(ofImage, image.left(), image.top());
  }

  /** Copies the pixel of one column to others of its row, which starts at a number of pixels. */
  private static void repeat(Plane plane, int row, int column, int from, int to) {
    int length = plane.channels();
    for (int x = from; x < to; x++) {
      System.arraycopy(
          plane.data(), (row + column) * length, plane.data(), (row + x) * length, length);
    }
  }
}
