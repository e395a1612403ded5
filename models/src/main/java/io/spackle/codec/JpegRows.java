package io.spackle.codec;

/**
 * The rows of a channel that a JPEG file has at half the height. libjpeg 6b, which many JDKs are
 * built with, repeats each row; libjpeg-turbo interpolates: three quarters of the nearer row and
 * one of the other ("fancy upsampling" of 4:4:0).
 *
 * @param samples of the image, interleaved
 * @param channels bytes per pixel
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record JpegRows(byte[] samples, int width, int height, int channels) {

  /** Interpolates a channel in place if its rows are repeated. */
  void interpolate(int channel) {
    if (areRepeated(channel)) {
      byte[] stored = stored(channel);
      for (int y = 0; y < height; y++) {
        interpolate(stored, y, y * width * channels + channel);
      }
    }
  }

  private boolean areRepeated(int channel) {
    int stride = width * channels;
    for (int y = 1; y < height; y += 2) {
      for (int i = y * stride + channel; i < (y + 1) * stride; i += channels) {
        if (samples[i] != samples[i - stride]) {
          return false;
        }
      }
    }
    return true;
  }

  /** The rows as the file has them. */
  private byte[] stored(int channel) {
    byte[] rows = new byte[(height + 1) / 2 * width];
    for (int i = 0; i < rows.length; i++) {
      int row = i / width * 2;
      rows[i] = samples[(row * width + i % width) * channels + channel];
    }
    return rows;
  }

  private void interpolate(byte[] stored, int y, int from) {
    int near = y / 2;
    int other = y % 2 == 0 ? Math.max(0, near - 1) : Math.min(stored.length / width - 1, near + 1);
    int bias = y % 2 == 0 ? 1 : 2; // in turn, so that rounding does not brighten
    for (int x = 0, to = from; x < width; x++, to += channels) {
      int sum = 3 * (stored[near * width + x] & 0xFF) + (stored[other * width + x] & 0xFF);
      samples[to] = (byte) (sum + bias >> 2);
    }
  }
}
