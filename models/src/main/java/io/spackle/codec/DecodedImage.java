package io.spackle.codec;

import io.spackle.image.Canvas;
import io.spackle.image.Compositor;
import io.spackle.image.Filter;
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

  /** Bytes of a sample in {@code deep}. */
  static final int DEEP_BYTES = 2;

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

  int width() {
    return colour.width();
  }

  int height() {
    return colour.height();
  }

  /** The image without its alpha, composited on a plain background, in 8 bits. */
  DecodedImage flattened(int background) {
    return new DecodedImage(on(background), Optional.empty(), grey, Optional.empty());
  }

  /** The image in sRGB, with its alpha. */
  DecodedImage inSrgb(ColourProfile profile) {
    return new DecodedImage(
        profile.toSrgb(colour),
        alpha,
        false,
        deep.map(
            samples -> {
              Plane converted = profile.toSrgb(samples.part(0, colourBytes()), DEEP_BYTES);
              return alpha.isEmpty() ? converted : converted.append(alphaSamples());
            }));
  }

  /** The image with three colour channels. */
  DecodedImage inRgb() {
    return grey
        ? new DecodedImage(
            colour,
            alpha,
            false,
            deep.map(samples -> new OutputImage(samples, DEEP_BYTES).inRgb().samples()))
        : this;
  }

  /** The image in 8 bits. */
  DecodedImage inBytes() {
    return deep.isEmpty() ? this : new DecodedImage(colour, alpha, grey, Optional.empty());
  }

  /** The image in another size, in 8 bits; the same image if the size is the same. */
  DecodedImage resized(int width, int height) {
    if (colour.plane().isSized(width, height)) {
      return this;
    }
    if (alpha.isEmpty()) {
      RgbImage smaller = Filter.LANCZOS.resize(colour, width, height);
      return new DecodedImage(smaller, alpha, grey, Optional.empty());
    }
    // Colours of transparent pixels must not bleed into visible ones. The filter has no negative
    // weights, because an overshoot of colour over alpha would show as a bright rim.
    RgbImage premultiplied = Filter.BILINEAR.resize(on(0), width, height);
    Mask levels = Filter.BILINEAR.resize(alpha.get(), width, height);
    byte[] pixels = premultiplied.pixels();
    for (int i = 0; i < pixels.length; i++) {
      int level = Math.max(1, levels.levels()[i / RgbImage.CHANNELS] & 0xFF);
      pixels[i] = (byte) Math.min(255, ((pixels[i] & 0xFF) * 255 + level / 2) / level);
    }
    return new DecodedImage(
        new RgbImage(width, height, pixels), Optional.of(levels), grey, Optional.empty());
  }

  /** Bytes per sample. */
  int sampleBytes() {
    return deep.isPresent() ? DEEP_BYTES : 1;
  }

  private int colourBytes() {
    return (grey ? 1 : RgbImage.CHANNELS) * sampleBytes();
  }

  /** A copy of the colours: grey or RGB, of {@link #sampleBytes}. */
  Plane colourSamples() {
    return deep.orElse(colour.plane()).part(0, colourBytes());
  }

  /** A copy of the alpha, of {@link #sampleBytes}. */
  Plane alphaSamples() {
    return deep.map(samples -> samples.part(samples.channels() - DEEP_BYTES, DEEP_BYTES))
        .orElseGet(() -> alpha.orElseThrow().plane().part(0, 1));
  }

  /** The memory of the samples, in bytes. */
  long bytes() {
    return (long) colour.pixels().length
        + alpha.map(levels -> (long) levels.levels().length).orElse(0L)
        + deep.map(samples -> (long) samples.data().length).orElse(0L);
  }

  /**
   * The image without alpha, composited on a plain background.
   *
   * @param background 0xRRGGBB
   */
  DecodedImage opaque(int background) {
    return new DecodedImage(on(background), Optional.empty(), grey, deep);
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

  /**
   * The image on a larger canvas, with the pixels at its edges repeated on what is new.
   *
   * @param inset the edges of the image that are replaced, too
   */
  DecodedImage extended(Canvas canvas, int inset) {
    return new DecodedImage(
        RgbImage.of(canvas.extend(colour.plane(), inset)),
        alpha.map(levels -> Mask.of(canvas.extend(levels.plane(), inset))),
        grey,
        deep.map(samples -> canvas.extend(samples, inset)));
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
