package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.SinglePixelPackedSampleModel;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The samples of decoders' rasters. {@code getRGB} would interpret grey samples as linear light and
 * brighten them, and cut 16-bit samples.
 */
final class RasterSamples {

  private static final int DEEP_MAX = 0xFFFF;
  private static final int OPAQUE_BLACK = 0xFF000000;

  private final Raster raster;
  private final ColorModel model;
  private final int width;
  private final int height;
  private final int colours;
  private final int bands;
  private final byte[] pixels;
  private final byte[] alpha;
  private final ByteBuffer deep;

  private RasterSamples(BufferedImage image) {
    raster = image.getRaster();
    model = image.getColorModel();
    width = image.getWidth();
    height = image.getHeight();
    colours = model.getNumColorComponents();
    bands = model.getNumComponents();
    int area = Math.multiplyExact(width, height);
    pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, area)];
    alpha = new byte[model.hasAlpha() ? area : 0];
    boolean isDeep = model.getComponentSize(0) > Byte.SIZE;
    deep = ByteBuffer.allocate(isDeep ? Math.multiplyExact(bands * Short.BYTES, area) : 0);
  }

  /**
   * The samples of a decoder's image, scaled to 8 bits and divided by a premultiplied alpha;
   * colours are not converted.
   *
   * @throws ImageException {@code UNSUPPORTED_FORMAT} unless it has one or three colour channels of
   *     integers of up to 16 bits
   */
  static DecodedImage of(BufferedImage image) {
    if (image.getColorModel() instanceof IndexColorModel palette) {
      return ofPalette(image, palette);
    }
    check(image);
    return new RasterSamples(image).read();
  }

  private static void check(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int colours = model.getNumColorComponents();
    if (colours != 1 && colours != RgbImage.CHANNELS) {
      throw unsupported(colours + " colour channels, expected 1 or 3");
    }
    int type = image.getRaster().getSampleModel().getDataType();
    boolean integers = type != DataBuffer.TYPE_FLOAT && type != DataBuffer.TYPE_DOUBLE;
    for (int bits : model.getComponentSize()) {
      if (!integers || type == DataBuffer.TYPE_SHORT || bits < 1 || bits > Short.SIZE) {
        String kind = integers ? "" : "floating-point ";
        throw unsupported(
            kind + "samples of " + bits + " bits, expected unsigned integers of 1 to 16");
      }
    }
  }

  private static ImageException unsupported(String found) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT, "found " + found + ": convert the image first");
  }

  private DecodedImage read() {
    boolean bytes = model.getComponentSize(0) == Byte.SIZE && !model.isAlphaPremultiplied();
    if (bytes
        && raster.getSampleModel() instanceof PixelInterleavedSampleModel layout
        && raster.getDataBuffer() instanceof DataBufferByte buffer) {
      readBytes(layout, buffer);
    } else if (bytes
        && raster.getSampleModel() instanceof SinglePixelPackedSampleModel layout
        && raster.getDataBuffer() instanceof DataBufferInt buffer) {
      readPacked(layout, buffer);
    } else {
      readRows();
    }
    return new DecodedImage(
        new RgbImage(width, height, pixels),
        model.hasAlpha() ? Optional.of(new Mask(width, height, alpha)) : Optional.empty(),
        colours == 1,
        deep.capacity() > 0
            ? Optional.of(new Plane(width, height, bands * Short.BYTES, deep.array()))
            : Optional.empty());
  }

  /** The common case, several times faster than through the raster. */
  private void readBytes(PixelInterleavedSampleModel layout, DataBufferByte buffer) {
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int band = Math.min(channel, colours - 1); // grey is copied to all three
      readBand(layout, buffer, band, new Target(pixels, channel, RgbImage.CHANNELS));
    }
    if (model.hasAlpha()) {
      readBand(layout, buffer, colours, new Target(alpha, 0, 1));
    }
  }

  /** The place of one channel in an array: every {@code step}-th byte from {@code start} on. */
  private record Target(byte[] bytes, int start, int step) {}

  private void readBand(
      PixelInterleavedSampleModel layout, DataBufferByte buffer, int band, Target target) {
    byte[] data = buffer.getData();
    int to = target.start();
    for (int y = 0; y < height; y++) {
      int column = -raster.getSampleModelTranslateX();
      int row = y - raster.getSampleModelTranslateY();
      int from = buffer.getOffset() + layout.getOffset(column, row, band);
      for (int x = 0; x < width; x++, from += layout.getPixelStride(), to += target.step()) {
        target.bytes()[to] = data[from];
      }
    }
  }

  /** Pixels of three or four 8-bit fields in an {@code int}. */
  private void readPacked(SinglePixelPackedSampleModel layout, DataBufferInt buffer) {
    int[] data = buffer.getData();
    int[] shifts = layout.getBitOffsets();
    for (int y = 0, i = 0; y < height; y++) {
      int column = -raster.getSampleModelTranslateX();
      int row = y - raster.getSampleModelTranslateY();
      int from = buffer.getOffset() + layout.getOffset(column, row);
      for (int x = 0; x < width; x++, i++) {
        int pixel = data[from + x];
        pixels[3 * i] = (byte) (pixel >> shifts[0]);
        pixels[3 * i + 1] = (byte) (pixel >> shifts[1]);
        pixels[3 * i + 2] = (byte) (pixel >> shifts[2]);
        if (alpha.length > 0) {
          alpha[i] = (byte) (pixel >> shifts[3]);
        }
      }
    }
  }

  private void readRows() {
    int[] max = new int[bands];
    for (int band = 0; band < bands; band++) {
      max[band] = (1 << model.getComponentSize(band)) - 1;
    }
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      if (model.isAlphaPremultiplied()) {
        divideByAlpha(row, max);
      }
      for (int x = 0; x < width; x++) {
        take(row, x, y * width + x, max);
      }
    }
  }

  private void take(int[] row, int x, int pixel, int[] max) {
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int band = Math.min(channel, colours - 1);
      pixels[RgbImage.CHANNELS * pixel + channel] =
          (byte) scaled(row[x * bands + band], max[band], 255);
    }
    if (alpha.length > 0) {
      alpha[pixel] = (byte) scaled(row[x * bands + colours], max[colours], 255);
    }
    for (int band = 0; band < bands && deep.capacity() > 0; band++) {
      deep.putShort((short) scaled(row[x * bands + band], max[band], DEEP_MAX));
    }
  }

  private void divideByAlpha(int[] row, int[] max) {
    for (int x = 0; x < width; x++) {
      int level = row[x * bands + colours];
      for (int band = 0; band < colours && level > 0; band++) {
        int at = x * bands + band;
        row[at] = scaled(Math.min(row[at], level), level, max[band]);
      }
    }
  }

  /** A sample of 0 to {@code max} as one of 0 to {@code newMax}, rounded. */
  private static int scaled(int sample, int max, int newMax) {
    return (int) ((sample * (long) newMax + max / 2) / max);
  }

  private static DecodedImage ofPalette(BufferedImage image, IndexColorModel palette) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    byte[] alpha = new byte[Math.multiplyExact(width, height)];
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, alpha.length)];
    int[] row = new int[width];
    for (int i = 0; i < alpha.length; i++) {
      if (i % width == 0) {
        image.getRaster().getSamples(0, i / width, width, 1, 0, row);
      }
      int index = row[i % width];
      int argb = index < colours.length ? colours[index] : OPAQUE_BLACK; // beyond the palette
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
}
