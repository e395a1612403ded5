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
  private final Channels channels;
  private final int width;
  private final int height;
  private final byte[] pixels;
  private final byte[] alpha;
  private final ByteBuffer deep;

  private RasterSamples(Raster raster, Channels channels) {
    this.raster = raster;
    this.channels = channels;
    width = raster.getWidth();
    height = raster.getHeight();
    int area = Math.multiplyExact(width, height);
    pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, area)];
    alpha = new byte[channels.alpha() ? area : 0];
    boolean isDeep = channels.bits()[0] > Byte.SIZE;
    int deepBytes = isDeep ? channels.count() * Short.BYTES : 0;
    deep = ByteBuffer.allocate(Math.multiplyExact(deepBytes, area));
  }

  /**
   * What the first bands of a raster are; others are ignored.
   *
   * @param colours 1 for grey, 3 for RGB
   * @param alpha whether an alpha follows
   * @param premultiplied whether colours are multiplied by it
   * @param bits of each band
   */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  record Channels(int colours, boolean alpha, boolean premultiplied, int[] bits) {

    private static Channels of(ColorModel model) {
      return new Channels(
          model.getNumColorComponents(),
          model.hasAlpha(),
          model.isAlphaPremultiplied(),
          model.getComponentSize());
    }

    int count() {
      return colours + (alpha ? 1 : 0);
    }
  }

  /** The samples of a decoder's image: see {@link #of(Raster, Channels)}. */
  static DecodedImage of(BufferedImage image) {
    return image.getColorModel() instanceof IndexColorModel palette
        ? ofPalette(image.getRaster(), palette)
        : of(image.getRaster(), Channels.of(image.getColorModel()));
  }

  /**
   * The samples of a raster, scaled to 8 bits and divided by a premultiplied alpha; colours are not
   * converted.
   *
   * @throws ImageException {@code UNSUPPORTED_FORMAT} unless it has one or three colour channels of
   *     integers of up to 16 bits
   */
  static DecodedImage of(Raster raster, Channels channels) {
    if (channels.colours() != 1 && channels.colours() != RgbImage.CHANNELS) {
      throw unsupported(channels.colours() + " colour channels, expected 1 or 3");
    }
    int type = raster.getSampleModel().getDataType();
    boolean integers =
        type == DataBuffer.TYPE_BYTE
            || type == DataBuffer.TYPE_USHORT
            || type == DataBuffer.TYPE_INT;
    for (int bits : channels.bits()) {
      if (!integers || bits < 1 || bits > Short.SIZE) {
        throw unsupported(bits + "-bit samples, expected unsigned integers of 1 to 16");
      }
    }
    return new RasterSamples(raster, channels).read();
  }

  private static ImageException unsupported(String found) {
    return new ImageException(
        Reason.UNSUPPORTED_FORMAT, "found " + found + ": convert the image first");
  }

  private DecodedImage read() {
    boolean bytes = channels.bits()[0] == Byte.SIZE && !channels.premultiplied();
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
        channels.alpha() ? Optional.of(new Mask(width, height, alpha)) : Optional.empty(),
        channels.colours() == 1,
        deep.capacity() > 0
            ? Optional.of(new Plane(width, height, channels.count() * Short.BYTES, deep.array()))
            : Optional.empty());
  }

  /** The common case, several times faster than through the raster. */
  private void readBytes(PixelInterleavedSampleModel layout, DataBufferByte buffer) {
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int band = Math.min(channel, channels.colours() - 1); // grey is copied to all three
      readBand(layout, buffer, band, new Target(pixels, channel, RgbImage.CHANNELS));
    }
    if (channels.alpha()) {
      readBand(layout, buffer, channels.colours(), new Target(alpha, 0, 1));
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
    int[] max = new int[channels.count()];
    for (int band = 0; band < max.length; band++) {
      max[band] = (1 << channels.bits()[band]) - 1;
    }
    int stored = raster.getNumBands();
    int[] row = new int[width * stored];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        take(row, x * stored, y * width + x, max);
      }
    }
  }

  private void take(int[] row, int from, int pixel, int[] max) {
    int colours = channels.colours();
    if (channels.premultiplied()) {
      divideByAlpha(row, from, max);
    }
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int band = Math.min(channel, colours - 1);
      pixels[RgbImage.CHANNELS * pixel + channel] = (byte) scaled(row[from + band], max[band], 255);
    }
    if (channels.alpha()) {
      alpha[pixel] = (byte) scaled(row[from + colours], max[colours], 255);
    }
    for (int band = 0; band < max.length && deep.capacity() > 0; band++) {
      deep.putShort((short) scaled(row[from + band], max[band], DEEP_MAX));
    }
  }

  private void divideByAlpha(int[] row, int from, int[] max) {
    int level = row[from + channels.colours()];
    for (int band = 0; band < channels.colours() && level > 0; band++) {
      row[from + band] = scaled(Math.min(row[from + band], level), level, max[band]);
    }
  }

  /** The first bands of a raster, interleaved and scaled to 8 bits. */
  static byte[] bytes(Raster raster, int bands) {
    int width = raster.getWidth();
    int stored = raster.getNumBands();
    int max = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
    byte[] bytes =
        new byte[Math.multiplyExact(Math.multiplyExact(width, raster.getHeight()), bands)];
    int[] row = new int[width * stored];
    for (int y = 0, to = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i++) {
        if (i % stored < bands) {
          bytes[to++] = (byte) scaled(row[i], max, 255);
        }
      }
    }
    return bytes;
  }

  /** A sample of 0 to {@code max} as one of 0 to {@code newMax}, rounded. */
  private static int scaled(int sample, int max, int newMax) {
    return (int) ((sample * (long) newMax + max / 2) / max);
  }

  /** The colours of a palette, with its alpha. */
  static DecodedImage ofPalette(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    byte[] alpha = new byte[Math.multiplyExact(width, height)];
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, alpha.length)];
    int[] row = new int[width];
    for (int i = 0; i < alpha.length; i++) {
      if (i % width == 0) {
        raster.getSamples(0, i / width, width, 1, 0, row);
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
