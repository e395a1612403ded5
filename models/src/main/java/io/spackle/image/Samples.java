package io.spackle.image;

import io.spackle.image.ImageException.Reason;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Optional;

/**
 * Takes the stored samples out of a decoder's picture.
 *
 * <p>They are read from the raster: {@code getRGB} would take grey samples for linear light and
 * brighten them.
 */
final class Samples {

  private Samples() {}

  /** The samples scaled to 8 bits, colours not yet converted. */
  static Decoded of(BufferedImage image) {
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return ofPalette(image, palette);
    }
    int colours = model.getNumColorComponents();
    if (colours != 1 && colours != RgbImage.CHANNELS || model.getComponentSize(0) > 16) {
      throw new ImageException(
          Reason.UNSUPPORTED_FORMAT,
          "found "
              + colours
              + " colour channels of "
              + model.getComponentSize(0)
              + " bits, expected grey or RGB of at most 16: convert the picture first");
    }
    int gray = colours == 1 ? 0 : 1; // 0: all channels come from band 0
    byte[][] bands = new byte[model.getNumComponents()][];
    for (int band = 0; band < bands.length; band++) {
      bands[band] = band(image.getRaster(), model, band);
    }
    byte[] pixels =
        interleaved(bands[0], bands[gray], bands[2 * gray]);
    Optional<Mask> alpha =
        model.hasAlpha()
            ? Optional.of(new Mask(image.getWidth(), image.getHeight(), bands[colours]))
            : Optional.empty();
    return new Decoded(new RgbImage(image.getWidth(), image.getHeight(), pixels), alpha);
  }

  /** The colour space of the samples where it is an RGB space of its own. */
  static Optional<ColorSpace> rgbSpace(BufferedImage image) {
    ColorSpace space = image.getColorModel().getColorSpace();
    boolean foreign = space.getType() == ColorSpace.TYPE_RGB && !space.isCS_sRGB();
    return foreign ? Optional.of(space) : Optional.empty();
  }

  private static byte[] interleaved(byte[] red, byte[] green, byte[] blue) {
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, red.length)];
    for (int i = 0, to = 0; i < red.length; i++) {
      pixels[to++] = red[i];
      pixels[to++] = green[i];
      pixels[to++] = blue[i];
    }
    return pixels;
  }

  private static byte[] band(Raster raster, ColorModel model, int band) {
    int bits = model.getComponentSize(band);
    boolean bytes =
        bits == 8
            && raster.getSampleModel() instanceof PixelInterleavedSampleModel
            && raster.getDataBuffer() instanceof DataBufferByte;
    return bytes ? byteBand(raster, band) : scaledBand(raster, band, (1 << bits) - 1);
  }

  /** The common case, several times as fast as asking the raster. */
  private static byte[] byteBand(Raster raster, int band) {
    PixelInterleavedSampleModel layout = (PixelInterleavedSampleModel) raster.getSampleModel();
    DataBufferByte buffer = (DataBufferByte) raster.getDataBuffer();
    byte[] data = buffer.getData();
    int step = layout.getPixelStride();
    byte[] samples = new byte[raster.getWidth() * raster.getHeight()];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      int from =
          buffer.getOffset()
              + layout.getOffset(
                  -raster.getSampleModelTranslateX(), y - raster.getSampleModelTranslateY(), band);
      for (int x = 0; x < raster.getWidth(); x++, from += step) {
        samples[to++] = data[from];
      }
    }
    return samples;
  }

  private static byte[] scaledBand(Raster raster, int band, int max) {
    int width = raster.getWidth();
    byte[] samples = new byte[width * raster.getHeight()];
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, band, row);
      for (int x = 0; x < width; x++) {
        samples[y * width + x] = (byte) ((row[x] * 255L + max / 2) / max);
      }
    }
    return samples;
  }

  private static Decoded ofPalette(BufferedImage image, IndexColorModel palette) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, width * height)];
    byte[] alpha = new byte[width * height];
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
    return new Decoded(
        new RgbImage(width, height, pixels),
        palette.hasAlpha() ? Optional.of(new Mask(width, height, alpha)) : Optional.empty());
  }
}
