package io.spackle.codec;

/**
 * The steps from a JPEG file's components to RGB, as in libjpeg-turbo. Samples are interleaved.
 * Source of the arithmetic: JFIF 1.02, section "Conversion to and from RGB", in 16-bit fixed point.
 */
final class JpegColours {

  private static final int FRACTION = 16;
  private static final int HALF = 1 << FRACTION - 1;
  private static final int CENTRE = 128;
  private static final int[] RED_OF_CR = table(1.402, HALF, FRACTION);
  private static final int[] BLUE_OF_CB = table(1.772, HALF, FRACTION);
  private static final int[] GREEN_OF_CB = table(-0.34414, HALF, 0);
  private static final int[] GREEN_OF_CR = table(-0.71414, 0, 0);

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
    for (int i = 0; i < samples.length; i += Inks.CHANNELS) {
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
}
