package io.spackle.codec;

import io.spackle.image.Compositor;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Optional;

/**
 * An image as its file holds it, in 8-bit sRGB and upright.
 *
 * @param colour not multiplied by alpha
 * @param alpha the same size, 255 is opaque; absent where the file has none
 */
record DecodedImage(RgbImage colour, Optional<Mask> alpha) {

  /**
   * The image on a plain background.
   *
   * @param background 0xRRGGBB
   */
  RgbImage on(int background) {
    return alpha.map(levels -> mixed(levels, background)).orElse(colour);
  }

  private RgbImage mixed(Mask levels, int background) {
    byte[] pixels = colour.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int share = levels.levels()[i / RgbImage.CHANNELS] & 0xFF;
      int behind = background >> (16 - 8 * (i % RgbImage.CHANNELS)) & 0xFF;
      pixels[i] =
          (byte) Compositor.dividedBy255((pixels[i] & 0xFF) * share + behind * (255 - share));
    }
    return new RgbImage(colour.width(), colour.height(), pixels);
  }

  /** What it says as a mask: see {@link ImageCodec#decodeMask}. */
  Mask asMask() {
    return alpha.filter(this::isShape).orElseGet(() -> luma(on(0)));
  }

  /** Whether the image is a shape of one colour with something transparent around it. */
  private boolean isShape(Mask levels) {
    boolean transparent = false;
    int colourSeen = -1;
    for (int i = 0; i < levels.levels().length; i++) {
      int level = levels.levels()[i] & 0xFF;
      transparent |= level < 255;
      if (level > 0) {
        int rgb = rgb(i);
        if (colourSeen >= 0 && rgb != colourSeen) {
          return false;
        }
        colourSeen = rgb;
      }
    }
    return transparent;
  }

  private int rgb(int index) {
    byte[] pixels = colour.pixels();
    int at = index * RgbImage.CHANNELS;
    return (pixels[at] & 0xFF) << 16 | (pixels[at + 1] & 0xFF) << 8 | pixels[at + 2] & 0xFF;
  }

  private static Mask luma(RgbImage image) {
    byte[] pixels = image.pixels();
    byte[] levels = new byte[image.width() * image.height()];
    for (int i = 0, from = 0; i < levels.length; i++, from += RgbImage.CHANNELS) {
      levels[i] =
          (byte)
              RgbImage.luma(pixels[from] & 0xFF, pixels[from + 1] & 0xFF, pixels[from + 2] & 0xFF);
    }
    return new Mask(image.width(), image.height(), levels);
  }

  /**
   * Turned and mirrored upright.
   *
   * @param orientation as EXIF counts
   */
  DecodedImage upright(int orientation) {
    return orientation == ExifOrientation.UPRIGHT
        ? this
        : new DecodedImage(
            RgbImage.of(Orientation.upright(colour.plane(), orientation)),
            alpha.map(levels -> Mask.of(Orientation.upright(levels.plane(), orientation))));
  }
}
