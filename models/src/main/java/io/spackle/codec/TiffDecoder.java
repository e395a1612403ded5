package io.spackle.codec;

import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The first image of a TIFF file. The plug-in reads the samples; what they are is decided here,
 * because it takes any fourth channel for an alpha.
 */
final class TiffDecoder implements ImageDecoder {

  private final PluginDecoder plugin;
  private final TiffTags tags;
  private final byte[] file;

  private TiffDecoder(PluginDecoder plugin, TiffTags tags, byte[] file) {
    this.plugin = plugin;
    this.tags = tags;
    this.file = file;
  }

  /**
   * Reads the tags.
   *
   * @throws io.spackle.image.ImageException as {@link TiffTags#read}
   */
  static TiffDecoder open(ImageReaderSpi plugin, byte[] file) throws IOException {
    TiffTags tags = TiffTags.read(file);
    byte[] plain = TiffTags.withoutProfile(file);
    return new TiffDecoder(PluginDecoder.open(plugin, plain), tags, file);
  }

  @Override
  public int width() throws IOException {
    return plugin.width();
  }

  @Override
  public int height() throws IOException {
    return plugin.height();
  }

  @Override
  public DecodedImage decode() throws IOException {
    BufferedImage image = plugin.image();
    if (tags.colours() == Inks.CHANNELS) {
      return ofInks(image);
    }
    boolean grey = tags.colours() == 1;
    if (image.getColorModel() instanceof IndexColorModel palette) {
      DecodedImage decoded = RasterSamples.ofPalette(image.getRaster(), palette);
      return new DecodedImage(decoded.colour(), Optional.empty(), grey, Optional.empty());
    }
    return RasterSamples.of(image.getRaster(), channels(image));
  }

  private RasterSamples.Channels channels(BufferedImage image) {
    return new RasterSamples.Channels(
        tags.colours(),
        tags.alpha() != TiffTags.Alpha.NONE,
        tags.alpha() == TiffTags.Alpha.PREMULTIPLIED,
        image.getRaster().getSampleModel().getSampleSize());
  }

  /** With the file's profile if it is one of inks, else as Pillow does. */
  private DecodedImage ofInks(BufferedImage image) {
    byte[] light = RasterSamples.bytes(image.getRaster(), Inks.CHANNELS);
    for (int i = 0; i < light.length; i++) {
      light[i] = (byte) ~light[i]; // stored are inks, converted are their complements
    }
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = Inks.rgb(light, width, height, ImageMetadata.read(file).icc());
    return new DecodedImage(
        new RgbImage(width, height, rgb), Optional.empty(), false, Optional.empty());
  }

  @Override
  public void close() {
    plugin.close();
  }
}
