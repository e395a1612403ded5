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

  /** An all-zero plane of the same size with another number of channels. */
  public Plane blankOf(int otherChannels) {
    int size = Math.multiplyExact(Math.multiplyExact(width, height), otherChannels);
    return new Plane(width, height, otherChannels, new byte[size]);
  }

  /**
   * A copy of some bytes of each pixel.
   *
   * @param first the index of the first byte in a pixel
   * @param count bytes per pixel of the copy
   */
  public Plane part(int first, int count) {
    Plane part = blankOf(count);
    for (int i = first, to = 0; i < data.length; i += channels, to += count) {
      System.arraycopy(data, i, part.data, to, count);
    }
    return part;
  }

  /** A plane with the bytes of this one and then of another one in each pixel. */
  public Plane append(Plane other) {
    Plane both = blankOf(channels + other.channels);
    int size = width * height;
    for (int i = 0, to = 0; i < size; i++, to += both.channels) {
      System.arraycopy(data, i * channels, both.data, to, channels);
      System.arraycopy(other.data, i * other.channels, both.data, to + channels, other.channels);
    }
    return both;
  }

  /**
   * The pixels where a mask of the same size is not 0, in one row from top left to bottom right;
   * one black pixel if there are none.
   */
  public Plane selected(Mask mask) {
    int count = 0;
    for (byte level : mask.levels()) {
      count += level == 0 ? 0 : 1;
    }
    Plane row = blank(Math.max(1, count), 1);
    for (int i = 0, to = 0; i < mask.levels().length; i++) {
      if (mask.levels()[i] != 0) {
        System.arraycopy(data, i * channels, row.data, to, channels);
        to += channels;
      }
    }
    return row;
  }

  public boolean isSized(int otherWidth, int otherHeight) {
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
