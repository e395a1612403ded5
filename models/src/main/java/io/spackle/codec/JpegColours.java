package io.spackle.codec;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Optional;

/**
 * The steps from a JPEG file's components to RGB, as in libjpeg-turbo. Samples are interleaved.
 * Source of the arithmetic: JFIF 1.02, section "Conversion to and from RGB", in 16-bit fixed point;
 * inks: Pillow's conversion of CMYK.
 */
final class JpegColours {

  private static final int FRACTION = 16;
  private static final int HALF = 1 << FRACTION - 1;
  private static final int CENTRE = 128;
  private static final int[] RED_OF_CR = table(1.402, HALF, FRACTION);
  private static final int[] BLUE_OF_CB = table(1.772, HALF, FRACTION);
  private static final int[] GREEN_OF_CB = table(-0.34414, HALF, 0);
  private static final int[] GREEN_OF_CR = table(-0.71414, 0, 0);
  private static final int INKS = 4;

  private static final ICC_Profile SRGB = ICC_Profile.getInstance(ColorSpace.CS_sRGB);

  private JpegColours() {}

  private static int[] table(double factor, int bias, int shift) {
    int fixed = (int) Math.round(Math.abs(factor) * (1 << FRACTION)) * (factor < 0 ? -1 : 1);
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      table[i] = fixed * (i - CENTRE) + bias >> shift;
    }
    return table;
  }

  /** Each level three times. */
  static byte[] rgbOfGrey(byte[] levels) {
    byte[] rgb = new byte[Math.multiplyExact(3, levels.length)];
    for (int i = 0, to = 0; i < levels.length; i++) {
      rgb[to++] = levels[i];
      rgb[to++] = levels[i];
      rgb[to++] = levels[i];
    }
    return rgb;
  }

  /** Converts YCbCr to RGB in place. */
  static byte[] rgbOfYcc(byte[] samples) {
    for (int i = 0; i < samples.length; i += 3) {
      convert(samples, i);
    }
    return samples;
  }

  /** Converts YCCK to inverted inks in place: C, M and Y are the complements of RGB. */
  static byte[] inksOfYcck(byte[] samples) {
    for (int i = 0; i < samples.length; i += INKS) {
      convert(samples, i);
      for (int channel = i; channel < i + 3; channel++) {
        samples[channel] = (byte) ~samples[channel];
      }
    }
    return samples;
  }

  private static void convert(byte[] samples, int at) {
    int y = samples[at] & 0xFF;
    int cb = samples[at + 1] & 0xFF;
    int cr = samples[at + 2] & 0xFF;
    samples[at] = clamped(y + RED_OF_CR[cr]);
    samples[at + 1] = clamped(y + (GREEN_OF_CB[cb] + GREEN_OF_CR[cr] >> FRACTION));
    samples[at + 2] = clamped(y + BLUE_OF_CB[cb]);
  }

  private static byte clamped(int level) {
    return (byte) (level < 0 ? 0 : Math.min(level, 255));
  }

  /**
   * Inverted inks as RGB without a profile: the colours of C, M and Y, darkened by black.
   *
   * @param samples 255 is no ink
   */
  static byte[] rgbOfInks(byte[] samples) {
    byte[] rgb = new byte[samples.length / INKS * 3];
    for (int i = 0, to = 0; i < samples.length; i += INKS) {
      int light = samples[i + 3] & 0xFF;
      for (int channel = i; channel < i + 3; channel++) {
        int ink = 255 - (samples[channel] & 0xFF);
        rgb[to++] = (byte) (light - dividedBy255(ink * light));
      }
    }
    return rgb;
  }

  private static int dividedBy255(int product) {
    int rounded = product + 128;
    return (rounded >> 8) + rounded >> 8;
  }

  /**
   * Inverted inks as sRGB with a profile.
   *
   * @return empty if the profile is damaged, or not one of four inks
   */
  static Optional<byte[]> rgbOfInks(byte[] samples, int width, int height, byte[] profile) {
    try {
      ICC_Profile inks = ICC_Profile.getInstance(profile);
      if (inks.getColorSpaceType() != ColorSpace.TYPE_CMYK) {
        return Optional.empty();
      }
      byte[] upright = new byte[samples.length];
      for (int i = 0; i < samples.length; i++) {
        upright[i] = (byte) ~samples[i];
      }
      byte[] rgb = new byte[samples.length / INKS * 3];
      new ColorConvertOp(new ICC_Profile[] {inks, SRGB}, null)
          .filter(raster(upright, width, height, INKS), raster(rgb, width, height, 3));
      return Optional.of(rgb);
    } catch (IllegalArgumentException | CMMException e) {
      return Optional.empty();
    }
  }

  private static WritableRaster raster(byte[] samples, int width, int height, int bands) {
    int[] offsets = bands == INKS ? new int[] {0, 1, 2, 3} : new int[] {0, 1, 2};
    DataBufferByte data = new DataBufferByte(samples, samples.length);
    return Raster.createInterleavedRaster(data, width, height, width * bands, bands, offsets, null);
  }
}
