package io.spackle.codec;

import io.spackle.image.RgbImage;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Iterator;
import java.util.List;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderWriterSpi;

/** Access to the JDK's imaging: its ImageIO plug-ins, and images as {@link BufferedImage}. */
final class JdkImaging {

  private static final int[] BANDS = {0, 1, 2};

  private JdkImaging() {}

  /**
   * The JDK's own plug-in for a format, even if others are registered.
   *
   * @param kind the plug-in type, for readers or writers
   * @param format a format name of the plug-in, such as "PNG"
   * @throws IllegalStateException if this runtime has none
   */
  static <T extends ImageReaderWriterSpi> T plugin(Class<T> kind, String format) {
    Iterator<T> plugins = IIORegistry.getDefaultInstance().getServiceProviders(kind, true);
    while (plugins.hasNext()) {
      T plugin = plugins.next();
      boolean ofJdk = plugin.getClass().getName().startsWith("com.sun.imageio.");
      if (ofJdk && List.of(plugin.getFormatNames()).contains(format)) {
        return plugin;
      }
    }
    throw new IllegalStateException(
        "this Java runtime has no "
            + kind.getSimpleName()
            + " for "
            + format
            + ": use a runtime with the complete module java.desktop");
  }

  /** The image in sRGB; pixels are shared, not copied. */
  static BufferedImage buffered(RgbImage image) {
    return buffered(image, ColorSpace.getInstance(ColorSpace.CS_sRGB));
  }

  /** The samples of the image in another RGB space; they are shared, not copied. */
  static BufferedImage buffered(RgbImage image, ColorSpace space) {
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(image.pixels(), image.pixels().length),
            image.width(),
            image.height(),
            image.width() * RgbImage.CHANNELS,
            RgbImage.CHANNELS,
            BANDS,
            null);
    ComponentColorModel model =
        new ComponentColorModel(space, false, false, Transparency.OPAQUE, DataBuffer.TYPE_BYTE);
    return new BufferedImage(model, raster, false, null);
  }
}
