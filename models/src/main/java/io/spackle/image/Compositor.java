package io.spackle.image;

/** Puts what a model painted into the image that it was made from. */
public final class Compositor {

  private Compositor() {}

  /**
   * How much of the painted image each pixel takes: a soft edge inside the mask.
   *
   * @param binary levels 0 or 255
   * @param blur over how many pixels the share rises from the edge inwards; 0 for a hard edge
   * @return 0 outside the mask; inside at least 1, and 255 where the nearest kept pixel is further
   *     than {@code blur}, or where there is none
   */
  static Mask feathered(Mask binary, int blur) {
    if (blur == 0) {
      return binary;
    }
    DistanceField toKept = DistanceField.to(binary, level -> !Mask.isPainted(level));
    byte[] shares = new byte[binary.levels().length];
    for (int i = 0; i < shares.length; i++) {
      double depth = Math.sqrt(toKept.squared(i)) / (blur + 1.0);
      int share = (int) Math.round(255 * Math.min(1, depth));
      shares[i] = (byte) (depth > 0 ? Math.max(1, share) : 0);
    }
    return new Mask(binary.width(), binary.height(), shares);
  }

  /**
   * A mix of two images of equal size.
   *
   * @param shares 0 takes {@code kept} bit by bit, 255 takes {@code painted} bit by bit
   */
  static RgbImage mix(RgbImage kept, RgbImage painted, Mask shares) {
    byte[] below = kept.pixels();
    byte[] above = painted.pixels();
    byte[] mixed = below.clone();
    for (int i = 0; i < mixed.length; i++) {
      int share = shares.levels()[i / RgbImage.CHANNELS] & 0xFF;
      if (share > 0) {
        int sum = (above[i] & 0xFF) * share + (below[i] & 0xFF) * (255 - share);
        mixed[i] = (byte) ((sum + 127) / 255);
      }
    }
    return new RgbImage(kept.width(), kept.height(), mixed);
  }

  /**
   * The init image over the painted one, as far as the mask keeps it, with the 8-bit roundings of
   * {@code VaeImageProcessor.apply_overlay} in huggingface/diffusers: premultiplied, divided by
   * alpha again, then composited. Pinned by golden files.
   *
   * @param levels grey levels count
   */
  static RgbImage overlay(RgbImage init, RgbImage painted, Mask levels) {
    byte[] result = painted.pixels().clone();
    for (int i = 0; i < result.length; i++) {
      int alpha = 255 - (levels.levels()[i / RgbImage.CHANNELS] & 0xFF);
      if (alpha > 0) {
        int premultiplied = dividedBy255((init.pixels()[i] & 0xFF) * alpha);
        int colour = Math.min(255, premultiplied * 255 / alpha);
        result[i] = (byte) over(colour, result[i] & 0xFF, alpha);
      }
    }
    return new RgbImage(init.width(), init.height(), result);
  }

  // Pillow composites with 7 more bits, which it drops after the division.
  private static int over(int colour, int background, int alpha) {
    int sum = (colour * alpha + background * (255 - alpha)) << 7;
    int rounded = sum + (0x80 << 7);
    return ((rounded >> 8) + rounded) >> 8 >> 7;
  }

  /** A product of two bytes divided by 255, rounded, without a division. */
  public static int dividedBy255(int product) {
    int rounded = product + 128;
    return ((rounded >> 8) + rounded) >> 8;
  }
}
