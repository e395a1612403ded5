package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Optional;

/**
 * Takes the stored samples out of a decoder's image.
 *
 * <p>They are read from the raster: {@code getRGB} would take grey samples for linear light and
 * brighten them.
 */
final class RasterSamples {

  private RasterSamples() {}

  /** The samples scaled to 8 bits, colours not yet converted. */
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
      int band = Math.min(channel, colours - 1); // grey goes to all three
      new Target(pixels, channel, RgbImage.CHANNELS).take(image.getRaster(), model, band);
    }
    return new DecodedImage(
        new RgbImage(image.getWidth(), image.getHeight(), pixels),
        model.hasAlpha() ? Optional.of(alpha(image, model)) : Optional.empty());
  }

  private static Mask alpha(BufferedImage image, ColorModel model) {
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

  /** The colour space of the samples where it is an RGB space of its own. */
  static Optional<ColorSpace> rgbSpace(BufferedImage image) {
    ColorSpace space = image.getColorModel().getColorSpace();
    boolean foreign = space.getType() == ColorSpace.TYPE_RGB && !space.isCS_sRGB();
    return foreign ? Optional.of(space) : Optional.empty();
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
        palette.hasAlpha() ? Optional.of(new Mask(width, height, alpha)) : Optional.empty());
  }

  /** Every {@code step}-th byte of an array from {@code start} on: where one channel goes. */
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

    /** The common case, several times as fast as asking the raster. */
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
