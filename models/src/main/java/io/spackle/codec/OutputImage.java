package io.spackle.codec;

import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.util.Optional;

/**
 * An image ready to be encoded. The array is shared, not copied.
 *
 * @param samples of each pixel: grey, grey and alpha, RGB, or RGB and alpha; alpha is straight
 * @param sampleBytes 1, or 2 for 16-bit big-endian samples
 */
record OutputImage(Plane samples, int sampleBytes) {

  static OutputImage of(RgbImage image) {
    return new OutputImage(image.plane(), 1);
  }

  /** The number of samples per pixel, 1 to 4. */
  int bands() {
    return samples.channels() / sampleBytes;
  }

  boolean hasAlpha() {
    return bands() % 2 == 0;
  }

  boolean isGrey() {
    return bands() <= 2;
  }

  /**
   * The file of an image.
   *
   * @param quality of lossy formats, above 0, up to 1
   */
  byte[] encode(ImageFormat format, float quality) {
    return switch (format) {
      case PNG -> PngWriter.write(this);
      case JPEG -> LossyWriter.jpeg(this, quality, Optional.empty());
      case WEBP -> LossyWriter.webp(this, quality);
    };
  }

  /** The samples in RGB: grey is copied to all three channels. */
  OutputImage inRgb() {
    if (!isGrey()) {
      return this;
    }
    int from = samples.channels();
    int to = from + 2 * sampleBytes;
    Plane rgb = samples.blankOf(to);
    for (int i = 0, out = 0; i < samples.data().length; i += from, out += to) {
      for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
        System.arraycopy(samples.data(), i, rgb.data(), out + channel * sampleBytes, sampleBytes);
      }
      if (hasAlpha()) {
        int alpha = out + RgbImage.CHANNELS * sampleBytes;
        System.arraycopy(samples.data(), i + sampleBytes, rgb.data(), alpha, sampleBytes);
      }
    }
    return new OutputImage(rgb, sampleBytes);
  }
}
