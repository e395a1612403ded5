package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** A decoder that is a reader of ImageIO. */
final class PluginDecoder implements ImageDecoder {

  private final ImageReader reader;

  private PluginDecoder(ImageReader reader) {
    this.reader = reader;
  }

  static PluginDecoder open(ImageReaderSpi plugin, byte[] file) throws IOException {
    ImageReader reader = plugin.createReaderInstance();
    reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)), true, true);
    return new PluginDecoder(reader);
  }

  @Override
  public int width() throws IOException {
    return reader.getWidth(0);
  }

  @Override
  public int height() throws IOException {
    return reader.getHeight(0);
  }

  @Override
  public DecodedImage decode() throws IOException {
    return RasterSamples.of(image());
  }

  /** The reader's image. */
  BufferedImage image() throws IOException {
    return reader.read(0);
  }

  /** The components of a JPEG file, interleaved. */
  Raster raster() throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    Raster raster = reader.readRaster(0, null);
    rejectCorrupt(warnings);
    return raster;
  }

  /** The JDK's JPEG reader fills damaged parts with grey and only warns. */
  private static void rejectCorrupt(List<String> warnings) {
    for (String warning : warnings) {
      if (warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous")) {
        throw new ImageException(Reason.CORRUPT, "the JPEG decoder reports: " + warning);
      }
    }
  }

  @Override
  public void close() {
    reader.dispose();
  }
}
