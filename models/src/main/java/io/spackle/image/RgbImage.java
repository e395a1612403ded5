package io.spackle.image;

import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.List;

/**
 * An image of 8-bit sRGB pixels. The array is shared, not copied: the caller must not modify it
 * after construction.
 *
 * @param width at least 1
 * @param height at least 1
 * @param pixels R, G, B interleaved, rows from top to bottom: {@code 3 * width * height} bytes
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose: images are megabytes
public record RgbImage(int width, int height, byte[] pixels) {

  /** Bytes per pixel. */
  public static final int CHANNELS = 3;

  /**
   * Its sum with a number below 2^22 has no place for a fraction: it is rounded, half to even as in
   * numpy, and is in the lowest bits.
   */
  private static final float ROUNDING = 1.5f * (1 << 23);

  public RgbImage {
    new Plane(width, height, CHANNELS, pixels);
  }

  /**
   * The luma of a colour as in Pillow's mode "L": ITU-R BT.601 weights in 16-bit fixed point,
   * rounded.
   *
   * @param red 0 to 255, as are green, blue and the result
   */
  public static int luma(int red, int green, int blue) {
    return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
  }

  /** The luma of each pixel. */
  public Mask luma() {
    byte[] levels = new byte[width * height];
    for (int i = 0, from = 0; i < levels.length; i++, from += CHANNELS) {
      levels[i] =
          (byte) luma(pixels[from] & 0xFF, pixels[from + 1] & 0xFF, pixels[from + 2] & 0xFF);
    }
    return new Mask(width, height, levels);
  }

  /** The image with red and blue exchanged, as models that were trained with OpenCV expect it. */
  public RgbImage blueFirst() {
    byte[] exchanged = pixels.clone();
    for (int i = 0; i < exchanged.length; i += CHANNELS) {
      exchanged[i] = pixels[i + 2];
      exchanged[i + 2] = pixels[i];
    }
    return new RgbImage(width, height, exchanged);
  }

  /** A black image. */
  public static RgbImage black(int width, int height) {
    return new RgbImage(width, height, new byte[CHANNELS * width * height]);
  }

  /** The part of the image inside a region. */
  public RgbImage crop(Region region) {
    return of(plane().crop(region));
  }

  /**
   * The centre crop of the image.
   *
   * @param width at most the image's width
   * @param height at most the image's height
   */
  public RgbImage centre(int width, int height) {
    int left = (this.width - width) / 2;
    int top = (this.height - height) / 2;
    return crop(new Region(left, top, left + width, top + height));
  }

  /**
   * The image as model input.
   *
   * @return (1, 3, height, width), values in [-1, 1]: {@code 2 * (v / 255) - 1} in float32
   */
  public FloatTensor toTensor() {
    float[] levels = new float[256];
    for (int level = 0; level < 256; level++) {
      levels[level] = 2f * (level / 255f) - 1f;
    }
    return toTensor(List.of(levels, levels, levels));
  }

  /**
   * The image as model input, with a table of values.
   *
   * @param values for each of red, green and blue the value of each of the 256 levels
   * @return (1, 3, height, width)
   */
  public FloatTensor toTensor(List<float[]> values) {
    float[] reds = values.get(0);
    float[] greens = values.get(1);
    float[] blues = values.get(2);
    int area = width * height;
    float[] data = new float[CHANNELS * area];
    for (int i = 0, from = 0; i < area; i++, from += CHANNELS) {
      data[i] = reds[pixels[from] & 0xFF];
      data[area + i] = greens[pixels[from + 1] & 0xFF];
      data[2 * area + i] = blues[pixels[from + 2] & 0xFF];
    }
    return new FloatTensor(data, Shape.of(1, CHANNELS, height, width));
  }

  /**
   * The image of a model's output.
   *
   * @param tensor (1, 3, height, width), values in [-1, 1]; others are clamped, NaN becomes 0
   * @throws IllegalArgumentException for another shape
   */
  public static RgbImage ofTensor(FloatTensor tensor) {
    Shape shape = tensor.shape();
    if (shape.rank() != 4 || shape.axis(0) != 1 || shape.axis(1) != CHANNELS) {
      throw new IllegalArgumentException(
          "an image of shape " + shape + ", expected [1, 3, height, width]");
    }
    int height = shape.axis(2);
    int width = shape.axis(3);
    int area = width * height;
    float[] data = tensor.data();
    byte[] pixels = new byte[CHANNELS * area];
    for (int i = 0, to = 0; i < area; i++, to += CHANNELS) {
      pixels[to] = toLevel(data[i]);
      pixels[to + 1] = toLevel(data[area + i]);
      pixels[to + 2] = toLevel(data[2 * area + i]);
    }
    return new RgbImage(width, height, pixels);
  }

  /** Whether {@link #ofTensor} would give a black image, found out without making it. */
  public static boolean isBlack(FloatTensor tensor) {
    for (float value : tensor.data()) {
      if (toLevel(value) != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte toLevel(float value) {
    float unit = value / 2f + 0.5f;
    float clamped = unit > 0f ? (unit < 1f ? unit : 1f) : 0f; // NaN is not above 0
    return (byte) Float.floatToRawIntBits(clamped * 255f + ROUNDING);
  }

  public static RgbImage of(Plane plane) {
    return new RgbImage(plane.width(), plane.height(), plane.data());
  }

  public Plane plane() {
    return new Plane(width, height, CHANNELS, pixels);
  }
}
