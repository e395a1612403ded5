package io.spackle.codec;

import io.spackle.image.Plane;
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
import java.util.stream.IntStream;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderWriterSpi;

/** Access to the JDK's imaging: its ImageIO plug-ins, and images as {@link BufferedImage}. */
final class JdkImaging {

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

  /**
   * The image in sRGB or linear grey; pixels are shared, not copied.
   *
   * @param samples 8-bit grey, grey and alpha, RGB, or RGB and alpha
   */
  static BufferedImage buffered(Plane samples) {
    int bands = samples.channels();
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(samples.data(), samples.data().length),
            samples.width(),
            samples.height(),
            samples.stride(),
            bands,
            IntStream.range(0, bands).toArray(),
            null);
    boolean alpha = bands % 2 == 0;
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(bands <= 2 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            DataBuffer.TYPE_BYTE);
    return new BufferedImage(model, raster, false, null);
  }
}
