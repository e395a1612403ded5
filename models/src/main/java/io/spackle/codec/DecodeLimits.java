package io.spackle.codec;

import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import java.io.Serializable;

/**
 * The limits on an image, checked against its header before pixels are decoded, and how transparent
 * init images and masks are read.
 *
 * @param maxPixels the largest allowed {@code width * height}; decoding takes up to about 10 bytes
 *     of heap per pixel
 * @param maxSide the longest allowed side in pixels
 * @param background the colour behind transparent pixels of an init image, 0xRRGGBB
 * @param masks how masks are read
 */
public record DecodeLimits(long maxPixels, int maxSide, int background, MaskOptions masks)
    implements Serializable {

  public DecodeLimits {
    if (maxPixels < 1 || maxSide < 1) {
      throw new IllegalArgumentException(
          "limits of "
              + maxPixels
              + " pixels and "
              + maxSide
              + " pixels a side, expected at least 1");
    }
    if (background < 0 || background > 0xFFFFFF) {
      throw new IllegalArgumentException(
          "background " + Integer.toHexString(background) + ", expected 0 to ffffff");
    }
  }

  /** Limits with the default rule for masks. */
  public DecodeLimits(long maxPixels, int maxSide, int background) {
    this(maxPixels, maxSide, background, MaskOptions.defaults());
  }

  public DecodeLimits withBackground(int other) {
    return new DecodeLimits(maxPixels, maxSide, other, masks);
  }

  public DecodeLimits withMasks(MaskOptions other) {
    return new DecodeLimits(maxPixels, maxSide, background, other);
  }

  /**
   * 64 million pixels (two thirds of a gigabyte while decoding), 32,768 a side, white, masks by
   * content.
   */
  public static DecodeLimits defaults() {
    return new DecodeLimits(64_000_000, 32_768, 0xFFFFFF);
  }

  void check(int width, int height) {
    if (width < 1 || height < 1) {
      throw new ImageException(
          Reason.CORRUPT,
          "the header claims " + width + " x " + height + " pixels, expected at least 1 x 1");
    }
    if ((long) width * height > maxPixels || width > maxSide || height > maxSide) {
      throw new ImageException(
          Reason.TOO_LARGE,
          "the header claims "
              + width
              + " x "
              + height
              + " pixels, the limits are "
              + maxPixels
              + " in total and "
              + maxSide
              + " a side: scale the image down or raise the limit");
    }
  }
}
