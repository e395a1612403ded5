package io.spackle.codec;

import io.spackle.codec.JpegFrame.Colours;
import io.spackle.image.ImageException;
import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.spi.ImageReaderSpi;

/**
 * A JPEG file. The JDK decodes its components, this class does the rest: the JDK guesses colours
 * otherwise than libjpeg-turbo, and how it interpolates chroma depends on the library that it was
 * built with.
 */
final class JpegDecoder implements ImageDecoder {

  private final PluginDecoder plugin;
  private final JpegFrame frame;
  private final byte[] file;

  private JpegDecoder(PluginDecoder plugin, JpegFrame frame, byte[] file) {
    this.plugin = plugin;
    this.frame = frame;
    this.file = file;
  }

  /**
   * Reads the headers.
   *
   * @throws ImageException as {@link JpegFrame#read}
   */
  static JpegDecoder open(ImageReaderSpi plugin, byte[] file) throws IOException {
    JpegFrame frame = JpegFrame.read(file);
    return new JpegDecoder(PluginDecoder.open(plugin, frame.stripped()), frame, file);
  }

  @Override
  public int width() {
    return frame.width();
  }

  @Override
  public int height() {
    return frame.height();
  }

  @Override
  public DecodedImage decode() throws IOException {
    DataBufferByte buffer = (DataBufferByte) plugin.raster().getDataBuffer();
    byte[] samples = buffer.getData(); // ours alone, changed in place
    interpolateRows(samples);
    return new DecodedImage(
        new RgbImage(width(), height(), rgb(samples)),
        Optional.empty(),
        frame.colours() == Colours.GREY,
        Optional.empty());
  }

  private byte[] rgb(byte[] samples) {
    return switch (frame.colours()) {
      case GREY -> JpegColours.rgbOfGrey(samples);
      case RGB -> samples;
      case YCBCR -> JpegColours.rgbOfYcc(samples);
      case YCCK -> rgbOfInks(JpegColours.inksOfYcck(samples));
      case CMYK -> rgbOfInks(samples);
    };
  }

  private byte[] rgbOfInks(byte[] samples) {
    return Inks.rgb(samples, width(), height(), ImageMetadata.read(file).icc());
  }

  private void interpolateRows(byte[] samples) {
    JpegRows rows = new JpegRows(samples, width(), height(), frame.channels());
    for (int channel = 0; channel < frame.channels(); channel++) {
      if (frame.isHalvedInHeight(channel)) {
        rows.interpolate(channel);
      }
    }
  }

  @Override
  public void close() {
    plugin.close();
  }
}
