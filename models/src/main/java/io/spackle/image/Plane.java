package io.spackle.image;

/**
 * Rows and columns of bytes: the common form of {@link RgbImage} and {@link Mask}. The array is
 * shared, not copied.
 *
 * @param channels bytes per pixel, interleaved
 * @param data {@code width * height * channels} bytes, rows from top to bottom
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose: images are megabytes
public record Plane(int width, int height, int channels, byte[] data) {

  public Plane {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "an image of " + width + " x " + height + ", expected at least 1 x 1");
    }
    long expected = (long) width * height * channels;
    if (data.length != expected) {
      throw new IllegalArgumentException(
          data.length
              + " bytes for "
              + width
              + " x "
              + height
              + " pixels of "
              + channels
              + ", expected "
              + expected);
    }
  }

  /** An all-zero plane with the same number of channels. */
  public Plane blank(int otherWidth, int otherHeight) {
    int size = Math.multiplyExact(Math.multiplyExact(otherWidth, otherHeight), channels);
    return new Plane(otherWidth, otherHeight, channels, new byte[size]);
  }

  boolean isSized(int otherWidth, int otherHeight) {
    return width == otherWidth && height == otherHeight;
  }

  /** The number of bytes of one row. */
  public int stride() {
    return width * channels;
  }

  /** The part inside a region; copied unless the region is the complete plane. */
  Plane crop(Region region) {
    if (region.equals(Region.of(width, height))) {
      return this;
    }
    return blank(region.width(), region.height()).place(this, -region.left(), -region.top());
  }

  /**
   * Copies another plane into this one; parts outside are clipped.
   *
   * @param left the column of the other plane's left edge, may be negative
   * @param top the row of its upper edge, may be negative
   * @return this
   */
  public Plane place(Plane other, int left, int top) {
    int from = Math.max(0, left);
    int to = Math.min(width, left + other.width);
    int bottom = Math.min(height, top + other.height);
    for (int y = Math.max(0, top); y < bottom && from < to; y++) {
      System.arraycopy(
          other.data,
          ((y - top) * other.width + from - left) * channels,
          data,
          (y * width + from) * channels,
          (to - from) * channels);
    }
    return this;
  }

  /** This plane in the upper left corner of a larger one, its last column and row repeated. */
  Plane extendEdges(int largerWidth, int largerHeight) {
    if (isSized(largerWidth, largerHeight)) {
      return this;
    }
    Plane larger = blank(largerWidth, largerHeight).place(this, 0, 0);
    int stride = larger.stride();
    for (int y = 0; y < height; y++) {
      int end = y * stride + stride();
      for (int i = end; i < (y + 1) * stride; i++) {
        larger.data[i] = larger.data[i - channels];
      }
    }
    for (int y = height; y < largerHeight; y++) {
      System.arraycopy(larger.data, (height - 1) * stride, larger.data, y * stride, stride);
    }
    return larger;
  }

  /** This plane in the upper left corner of a larger one, zeros elsewhere. */
  Plane extendZeros(int largerWidth, int largerHeight) {
    return isSized(largerWidth, largerHeight)
        ? this
        : blank(largerWidth, largerHeight).place(this, 0, 0);
  }
}
