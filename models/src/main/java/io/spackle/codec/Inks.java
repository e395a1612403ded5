package io.spackle.codec;

import io.spackle.image.Compositor;
import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Optional;

/** Four inks (CMYK) as RGB. Samples are interleaved and inverted: 255 is no ink. */
final class Inks {

  /** Bytes per pixel. */
  static final int CHANNELS = 4;

  private static final ICC_Profile SRGB = ICC_Profile.getInstance(ColorSpace.CS_sRGB);

  private Inks() {}

  /**
   * Inks as RGB: sRGB with a profile, else what Pillow computes.
   *
   * @param profile not used if it is damaged, or not one of four inks
   */
  static byte[] rgb(byte[] samples, int width, int height, Optional<byte[]> profile) {
    return profile
        .flatMap(icc -> converted(samples, width, height, icc))
        .orElseGet(() -> rgb(samples));
  }

  /** The colours of C, M and Y, darkened by black. */
  private static byte[] rgb(byte[] samples) {
    byte[] rgb = new byte[samples.length / CHANNELS * 3];
    for (int i = 0, to = 0; i < samples.length; i += CHANNELS) {
      int light = samples[i + 3] & 0xFF;
      for (int channel = i; channel < i + 3; channel++) {
        int ink = 255 - (samples[channel] & 0xFF);
        rgb[to++] = (byte) (light - Compositor.dividedBy255(ink * light));
      }
    }
    return rgb;
  }

  private static Optional<byte[]> converted(byte[] samples, int width, int height, byte[] icc) {
    try {
      ICC_Profile profile = ICC_Profile.getInstance(icc);
      if (profile.getColorSpaceType() != ColorSpace.TYPE_CMYK) {
        return Optional.empty();
      }
      byte[] inks = new byte[samples.length];
      for (int i = 0; i < samples.length; i++) {
        inks[i] = (byte) ~samples[i];
      }
      byte[] rgb = new byte[samples.length / CHANNELS * 3];
      new ColorConvertOp(new ICC_Profile[] {profile, SRGB}, null)
          .filter(raster(inks, width, height, 0, 1, 2, 3), raster(rgb, width, height, 0, 1, 2));
      return Optional.of(rgb);
    } catch (IllegalArgumentException | CMMException e) {
      return Optional.empty();
    }
  }

  private static WritableRaster raster(byte[] samples, int width, int height, int... bands) {
    DataBufferByte data = new DataBufferByte(samples, samples.length);
    int step = bands.length;
    return Raster.createInterleavedRaster(data, width, height, width * step, step, bands, null);
  }
}
