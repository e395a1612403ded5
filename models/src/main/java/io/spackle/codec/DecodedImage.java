package io.spackle.codec;

import io.spackle.image.Compositor;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A decoded image in the colours of its file.
 *
 * <p>Samples are read from the decoder's raster: {@code getRGB} would interpret grey samples as
 * linear light and brighten them.
 *
 * @param colour scaled to 8 bits, not premultiplied by alpha; grey is copied to all three channels
 * @param alpha scaled to 8 bits, of the same size, 255 is opaque; empty if the file has none
 * @param grey whether the file has one colour channel
 * @param deep the samples of a file with more than 8 bits, scaled to 16 bits, big-endian: grey or
 *     RGB, then alpha if there is one; empty for other files
 */
record DecodedImage(RgbImage colour, Optional<Mask> alpha, boolean grey, Optional<Plane> deep) {

  private static final int DEEP_BYTES = 2;
  private static final int DEEP_MAX = 0xFFFF;

  /** The samples of a decoder's image, scaled to 8 bits; colours are not converted. */
  static DecodedImage of(BufferedImage image) {
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return ofPalette(image, palette);
    }
    int colours = model.getNumColorComponents();
    if (colours != 1 && colours != RgbImage.CHANNELS) {
      throw unsupported(colours + " colour channels, expected 1 or 3");
    }
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, area(image))];
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int band = Math.min(channel, colours - 1); // grey is copied to all three
      new Target(pixels, channel, RgbImage.CHANNELS).take(image.getRaster(), model, band);
    }
    return new DecodedImage(
        new RgbImage(image.getWidth(), image.getHeight(), pixels),
        model.hasAlpha() ? Optional.of(alphaOf(image, model)) : Optional.empty(),
        colours == 1,
        model.getComponentSize(0) > Byte.SIZE ? Optional.of(deep(image, model)) : Optional.empty());
  }

  /** All samples of the decoder's raster in 16 bits. */
  private static Plane deep(BufferedImage image, ColorModel model) {
    int width = image.getWidth();
    int bands = model.getNumComponents();
    byte[] samples = new byte[Math.multiplyExact(bands * DEEP_BYTES, area(image))];
    ByteBuffer out = ByteBuffer.wrap(samples);
    int[] row = new int[width * bands];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRaster().getPixels(0, y, width, 1, row);
      for (int i = 0; i < row.length; i++) {
        int max = (1 << model.getComponentSize(i % bands)) - 1;
        out.putShort((short) ((row[i] * (long) DEEP_MAX + max / 2) / max));
      }
    }
    return new Plane(width, image.getHeight(), bands * DEEP_BYTES, samples);
  }

  private static Mask alphaOf(BufferedImage image, ColorModel model) {
    byte[] levels = new byte[area(image)];
    new Target(levels, 0, 1).take(image.getRaster(), model, model.getNumColorComponents());
    return new Mask(image.getWidth(), image.getHeight(), levels);
  }

  private static ImageException unsupported(String found) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT, "found " + found + ": convert the image first");
  }

  private static int area(BufferedImage image) {
    return Math.multiplyExact(image.getWidth(), image.getHeight());
  }

  private static DecodedImage ofPalette(BufferedImage image, IndexColorModel palette) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    byte[] alpha = new byte[area(image)];
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, alpha.length)];
    int[] row = new int[width];
    for (int i = 0; i < alpha.length; i++) {
      if (i % width == 0) {
        image.getRaster().getSamples(0, i / width, width, 1, 0, row);
      }
      int index = row[i % width];
      int argb = index < colours.length ? colours[index] : 0xFF000000; // beyond the palette: black
      alpha[i] = (byte) (argb >> 24);
      pixels[3 * i] = (byte) (argb >> 16);
      pixels[3 * i + 1] = (byte) (argb >> 8);
      pixels[3 * i + 2] = (byte) argb;
    }
    return new DecodedImage(
        new RgbImage(width, height, pixels),
        palette.hasAlpha() ? Optional.of(new Mask(width, height, alpha)) : Optional.empty(),
        false,
        Optional.empty());
  }

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

  /** The place of one channel in an array: every {@code step}-th byte from {@code start} on. */
  private record Target(byte[] bytes, int start, int step) {

    void take(Raster raster, ColorModel model, int band) {
      int bits = model.getComponentSize(band);
      if (bits < 1 || bits > 16) {
        throw unsupported("samples of " + bits + " bits, expected 1 to 16");
      }
      if (bits == 8
          && raster.getSampleModel() instanceof PixelInterleavedSampleModel layout
          && raster.getDataBuffer() instanceof DataBufferByte buffer) {
        takeBytes(raster, layout, buffer, band);
      } else {
        takeScaled(raster, band, (1 << bits) - 1);
      }
    }

    /** The common case, several times faster than through the raster. */
    private void takeBytes(
        Raster raster, PixelInterleavedSampleModel layout, DataBufferByte buffer, int band) {
      byte[] data = buffer.getData();
      int to = start;
      for (int y = 0; y < raster.getHeight(); y++) {
        int column = -raster.getSampleModelTranslateX();
        int row = y - raster.getSampleModelTranslateY();
        int from = buffer.getOffset() + layout.getOffset(column, row, band);
        for (int x = 0; x < raster.getWidth(); x++, from += layout.getPixelStride(), to += step) {
          bytes[to] = data[from];
        }
      }
    }

    private void takeScaled(Raster raster, int band, int max) {
      int[] row = new int[raster.getWidth()];
      int to = start;
      for (int y = 0; y < raster.getHeight(); y++) {
        raster.getSamples(0, y, row.length, 1, band, row);
        for (int sample : row) {
          bytes[to] = (byte) ((sample * 255L + max / 2) / max);
          to += step;
        }
      }
    }
  }
}
