package io.spackle.image;

/** The fitting of an image into a size: its proportions kept, centred on a plain background. */
public final class Letterbox {

  private Letterbox() {}

  /**
   * An image scaled to fit and centred; the same image if it has that size. Sides and places are
   * rounded down; a side never is below 1 pixel.
   *
   * @param width in pixels, as is the height
   * @param background around the image, 0xRRGGBB
   */
  public static RgbImage fit(RgbImage image, int width, int height, int background) {
    if (image.plane().isSized(width, height)) {
      return image;
    }
    boolean isTall = (long) image.width() * height < (long) width * image.height();
    int w = isTall ? scaled(image.width(), height, image.height()) : width;
    int h = isTall ? height : scaled(image.height(), width, image.width());
    RgbImage scaled = Filter.LANCZOS.resize(image, w, h);
    Plane canvas = plain(width, height, background);
    return RgbImage.of(canvas.place(scaled.plane(), (width - w) / 2, (height - h) / 2));
  }

  private static int scaled(int side, int numerator, int denominator) {
    return Math.max(1, (int) ((long) side * numerator / denominator));
  }

  private static Plane plain(int width, int height, int colour) {
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, width * height)];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (colour >> 16 - 8 * (i % RgbImage.CHANNELS));
    }
    return new Plane(width, height, RgbImage.CHANNELS, pixels);
  }
}
