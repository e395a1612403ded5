package io.spackle.image;

import java.util.Arrays;

/**
 * A mask of an image. The array is shared, not copied: the caller must not modify it after
 * construction.
 *
 * @param width at least 1
 * @param height at least 1
 * @param levels rows from top to bottom, {@code width * height} bytes: 0 keeps a pixel, 255 masks
 *     it: it is generated; grey levels are allowed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose: masks are megabytes
public record Mask(int width, int height, byte[] levels) {

  /** The lowest masked level: the first that is at least one half of 255. */
  static final int THRESHOLD = 128;

  public Mask {
    new Plane(width, height, 1, levels);
  }

  /** A mask of all pixels. */
  static Mask full(int width, int height) {
    byte[] levels = new byte[Math.multiplyExact(width, height)];
    Arrays.fill(levels, (byte) 255);
    return new Mask(width, height, levels);
  }

  /** The level of a pixel, 0 to 255. */
  public int level(int x, int y) {
    return levels[y * width + x] & 0xFF;
  }

  /** Whether a pixel's level is at least 128. */
  public boolean isMasked(int x, int y) {
    return level(x, y) >= THRESHOLD;
  }

  /** The mask with levels below 128 set to 0 and others to 255. */
  public Mask binarised() {
    byte[] binary = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      binary[i] = (byte) (levels[i] >> 7); // 255 from the threshold on, without a branch
    }
    return new Mask(width, height, binary);
  }

  /** The mask with each level subtracted from 255. */
  public Mask inverted() {
    byte[] inverse = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      inverse[i] = (byte) ~levels[i];
    }
    return new Mask(width, height, inverse);
  }

  /**
   * The mask grown by a disc: pixels whose centre is within some distance of a masked pixel's
   * centre become 255, others keep their level.
   *
   * @param pixels the distance, at least 0
   */
  public Mask grown(int pixels) {
    if (pixels < 0) {
      throw new IllegalArgumentException("a mask grown by " + pixels + ", expected 0 or more");
    }
    if (pixels == 0) {
      return this;
    }
    DistanceField toMasked = DistanceField.to(this, Mask::isMasked);
    long limit = (long) pixels * pixels;
    byte[] grown = levels.clone();
    for (int i = 0; i < grown.length; i++) {
      if (toMasked.squared(i) <= limit) {
        grown[i] = (byte) 255;
      }
    }
    return new Mask(width, height, grown);
  }

  /** The mask of all pixels whose level is above 0. */
  Mask touched() {
    byte[] binary = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      binary[i] = levels[i] == 0 ? 0 : (byte) 255;
    }
    return new Mask(width, height, binary);
  }

  /** The largest distance in pixels of a masked pixel to one that is not; 0 if there is none. */
  public double deepest() {
    DistanceField toKept = DistanceField.to(this, level -> !isMasked(level));
    int deepest = 0;
    for (int i = 0; i < levels.length; i++) {
      int squared = toKept.squared(i);
      deepest = squared == Integer.MAX_VALUE ? deepest : Math.max(deepest, squared);
    }
    return Math.sqrt(deepest);
  }

  /** The union with another mask of the same size: the higher level of each pixel. */
  public Mask or(Mask other) {
    byte[] highest = levels.clone();
    for (int i = 0; i < highest.length; i++) {
      highest[i] = (byte) Math.max(highest[i] & 0xFF, other.levels[i] & 0xFF);
    }
    return new Mask(width, height, highest);
  }

  /** Whether no pixel is masked. */
  public boolean isBlank() {
    for (byte level : levels) {
      if (isMasked(level)) {
        return false;
      }
    }
    return true;
  }

  /** The fraction of masked pixels, 0 to 1. */
  public double coverage() {
    int masked = 0;
    for (byte level : levels) {
      masked += (level & 0xFF) >> 7; // 1 from the threshold on, without a branch
    }
    return masked / (double) levels.length;
  }

  /** The levels as grey pixels. */
  public RgbImage toRgb() {
    byte[] pixels = new byte[Math.multiplyExact(RgbImage.CHANNELS, levels.length)];
    for (int i = 0, to = 0; i < levels.length; i++, to += RgbImage.CHANNELS) {
      pixels[to] = levels[i];
      pixels[to + 1] = levels[i];
      pixels[to + 2] = levels[i];
    }
    return new RgbImage(width, height, pixels);
  }

  static boolean isMasked(byte level) {
    return (level & 0xFF) >= THRESHOLD;
  }

  public static Mask of(Plane plane) {
    return new Mask(plane.width(), plane.height(), plane.data());
  }

  public Plane plane() {
    return new Plane(width, height, 1, levels);
  }
}
