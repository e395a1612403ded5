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

/** Images as Java's desktop classes want them, pixels shared. */
final class AwtImages {

  private static final int[] BANDS = {0, 1, 2};

  private AwtImages() {}

  /** The image in sRGB. */
  static BufferedImage of(RgbImage image) {
    return of(image, ColorSpace.getInstance(ColorSpace.CS_sRGB));
  }

  /** The same samples in another RGB space. */
  static BufferedImage of(RgbImage image, ColorSpace space) {
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
