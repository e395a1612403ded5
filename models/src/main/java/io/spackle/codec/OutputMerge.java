package io.spackle.codec;

import io.spackle.image.Frame;
import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.RgbImage;
import java.util.Optional;

/**
 * The merging of generated pixels into the samples of an init image. Samples outside the changed
 * region are copied, bit-identical if the size is the same.
 *
 * @param base the init image in the colours and with the channels of the output
 * @param profile of these colours; if empty, they are sRGB
 */
record OutputMerge(DecodedImage base, Optional<ColourProfile> profile) {

  /**
   * The output.
   *
   * @param result the frame's output in sRGB
   * @param filledAlpha of the same size, for the masked region; if empty, that region is opaque
   */
  OutputImage merge(RgbImage result, Frame frame, Optional<Mask> filledAlpha) {
    if (isPlain()) {
      return OutputImage.of(result); // the frame has merged it already
    }
    DecodedImage sized = base.resized(result.width(), result.height());
    int sampleBytes = sized.sampleBytes();
    Plane colour = sized.colourSamples();
    if (!frame.isBlank()) {
      insert(result, frame.changedRegion(), new OutputImage(colour, sampleBytes));
    }
    if (sized.alpha().isEmpty()) {
      return new OutputImage(colour, sampleBytes);
    }
    Plane alpha = sized.alphaSamples();
    if (!frame.isBlank()) {
      insertAlpha(filledAlpha, frame.outputMask(), new OutputImage(alpha, sampleBytes));
    }
    return new OutputImage(colour.append(alpha), sampleBytes);
  }

  private boolean isPlain() {
    return base.deep().isEmpty() && base.alpha().isEmpty() && !base.grey() && profile.isEmpty();
  }

  /** Replaces the samples inside a region by those of the result. */
  private void insert(RgbImage result, Mask region, OutputImage colour) {
    Plane changed = converted(result.plane().selected(region), colour.sampleBytes());
    byte[] samples = colour.samples().data();
    int length = colour.samples().channels();
    for (int i = 0, from = 0; i < region.levels().length; i++) {
      if (region.levels()[i] != 0) {
        System.arraycopy(changed.data(), from, samples, i * length, length);
        from += length;
      }
    }
  }

  /** sRGB pixels in the colours of the output. */
  private Plane converted(Plane srgb, int sampleBytes) {
    if (profile.isPresent()) {
      return profile.get().fromSrgb(widened(srgb, sampleBytes), sampleBytes);
    }
    Plane samples = base.grey() ? RgbImage.of(srgb).luma().plane() : srgb;
    return widened(samples, sampleBytes);
  }

  private static void insertAlpha(Optional<Mask> filled, Mask region, OutputImage alpha) {
    byte[] levels = alpha.samples().data();
    for (int i = 0; i < region.levels().length; i++) {
      if (region.levels()[i] != 0) {
        byte level = filled.isPresent() ? filled.get().levels()[i] : (byte) 255;
        for (int at = 0; at < alpha.sampleBytes(); at++) {
          levels[i * alpha.sampleBytes() + at] = level;
        }
      }
    }
  }

  /** 8-bit samples in 8 or 16 bits: 255 becomes 65535. */
  private static Plane widened(Plane bytes, int sampleBytes) {
    if (sampleBytes == 1) {
      return bytes;
    }
    Plane wide = bytes.blankOf(bytes.channels() * sampleBytes);
    for (int i = 0; i < wide.data().length; i++) {
      wide.data()[i] = bytes.data()[i / sampleBytes];
    }
    return wide;
  }
}
