package io.spackle.image;

/** Composites a generated image with the original. */
public final class Compositor {

  private Compositor() {}

  /**
   * The opacity of the generated image: a mask with a soft edge inside.
   *
   * @param binary levels 0 or 255
   * @param blur the width in pixels over which opacity rises from the edge inwards; 0 for a hard
   *     edge
   * @return 0 outside the masked region; inside at least 1, and 255 where the distance to the
   *     nearest kept pixel exceeds {@code blur} or no pixel is kept
   */
  static Mask feathered(Mask binary, int blur) {
    if (blur == 0) {
      return binary;
    }
    DistanceField toKept = DistanceField.to(binary, level -> !Mask.isMasked(level));
    byte[] opacity = new byte[binary.levels().length];
    for (int i = 0; i < opacity.length; i++) {
      double depth = Math.sqrt(toKept.squared(i)) / (blur + 1.0);
      int level = (int) Math.round(255 * Math.min(1, depth));
      opacity[i] = (byte) (depth > 0 ? Math.max(1, level) : 0);
    }
    return new Mask(binary.width(), binary.height(), opacity);
  }

  /**
   * A blend of two images of the same size.
   *
   * @param opacity where 0, the result is bit-identical to {@code original}; where 255, to {@code
   *     generated}
   */
  static RgbImage blend(RgbImage original, RgbImage generated, Mask opacity) {
    byte[] below = original.pixels();
    byte[] above = generated.pixels();
    byte[] blended = below.clone();
    byte[] levels = opacity.levels();
    for (int i = 0, from = 0; i < levels.length; i++, from += RgbImage.CHANNELS) {
      int alpha = levels[i] & 0xFF;
      if (alpha == 255) {
        blended[from] = above[from];
        blended[from + 1] = above[from + 1];
        blended[from + 2] = above[from + 2];
      } else if (alpha > 0) {
        for (int at = from; at < from + RgbImage.CHANNELS; at++) {
          int sum = (above[at] & 0xFF) * alpha + (below[at] & 0xFF) * (255 - alpha);
          blended[at] = (byte) ((sum + 127) / 255);
        }
      }
    }
    return new RgbImage(original.width(), original.height(), blended);
  }

  /**
   * The init image over the generated one, with the inverted mask as its opacity and the 8-bit
   * rounding of {@code VaeImageProcessor.apply_overlay} in huggingface/diffusers: premultiplied,
   * divided by alpha again, then composited. Verified by golden files.
   *
   * @param mask grey levels are not thresholded
   */
  static RgbImage overlay(RgbImage init, RgbImage generated, Mask mask) {
    byte[] result = generated.pixels().clone();
    for (int i = 0; i < result.length; i++) {
      int alpha = 255 - (mask.levels()[i / RgbImage.CHANNELS] & 0xFF);
      if (alpha > 0) {
        int premultiplied = dividedBy255((init.pixels()[i] & 0xFF) * alpha);
        int colour = Math.min(255, premultiplied * 255 / alpha);
        result[i] = (byte) over(colour, result[i] & 0xFF, alpha);
      }
    }
    return new RgbImage(init.width(), init.height(), result);
  }

  // Pillow composites with 7 extra bits, which it drops after the division.
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
