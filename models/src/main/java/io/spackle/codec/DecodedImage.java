package io.spackle.codec;

import io.spackle.image.Compositor;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.util.Arrays;
import java.util.Optional;

/**
 * A decoded image in the colours of its file.
 *
 * @param colour scaled to 8 bits, not premultiplied by alpha; grey is copied to all three channels
 * @param alpha scaled to 8 bits, of the same size, 255 is opaque; empty if the file has none
 * @param grey whether the file has one colour channel
 * @param deep the samples of a file with more than 8 bits, scaled to 16 bits, big-endian: grey or
 *     RGB, then alpha if there is one; empty for other files
 */
record DecodedImage(RgbImage colour, Optional<Mask> alpha, boolean grey, Optional<Plane> deep) {

  /**
   * The image composited on a plain background.
   *
   * @param background 0xRRGGBB
   */
  RgbImage on(int background) {
    return alpha.map(levels -> composited(levels, background)).orElse(colour);
  }

  private RgbImage composited(Mask levels, int background) {
    byte[] pixels = colour.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int share = levels.levels()[i / RgbImage.CHANNELS] & 0xFF;
      int behind = background >> (16 - 8 * (i % RgbImage.CHANNELS)) & 0xFF;
      pixels[i] =
          (byte) Compositor.dividedBy255((pixels[i] & 0xFF) * share + behind * (255 - share));
    }
    return new RgbImage(colour.width(), colour.height(), pixels);
  }

  /** The image as a mask: see {@link ImageCodec#decodeMask}. */
  Mask asMask() {
    return alpha.filter(this::isShape).orElseGet(() -> luma(on(0)));
  }

  /** Whether the image is a shape of one colour with transparent surroundings. */
  private boolean isShape(Mask levels) {
    boolean transparent = false;
    int shapeColour = -1;
    for (int i = 0; i < levels.levels().length; i++) {
      int level = levels.levels()[i] & 0xFF;
      transparent |= level < 255;
      if (level > 0) {
        int rgb = rgb(i);
        if (shapeColour >= 0 && rgb != shapeColour) {
          return false;
        }
        shapeColour = rgb;
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

  /** The image turned and mirrored upright, from an EXIF {@link Orientation}. */
  DecodedImage upright(int orientation) {
    return orientation == Orientation.UPRIGHT
        ? this
        : new DecodedImage(
            RgbImage.of(Orientation.upright(colour.plane(), orientation)),
            alpha.map(levels -> Mask.of(Orientation.upright(levels.plane(), orientation))),
            grey,
            deep.map(samples -> Orientation.upright(samples, orientation)));
  }

  /** The image at a place of a larger canvas, which is transparent around it. */
  DecodedImage onCanvas(int width, int height, int left, int top) {
    if (colour.width() == width && colour.height() == height) {
      return this;
    }
    Plane opaque = alpha.orElseGet(this::opaque).plane();
    Plane levels = opaque.blank(width, height).place(opaque, left, top);
    Plane pixels = colour.plane().blank(width, height).place(colour.plane(), left, top);
    return new DecodedImage(
        RgbImage.of(pixels), Optional.of(Mask.of(levels)), grey, Optional.empty());
  }

  DecodedImage withoutAlpha() {
    return alpha.isEmpty()
        ? this
        : new DecodedImage(colour, Optional.empty(), grey, Optional.empty());
  }

  private Mask opaque() {
    byte[] levels = new byte[colour.width() * colour.height()];
    Arrays.fill(levels, (byte) 255);
    return new Mask(colour.width(), colour.height(), levels);
  }
}
