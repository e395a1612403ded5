package io.spackle.image;

/**
 * Where an image is to be repainted. The array is shared, not copied: whoever fills it hands it
 * over, and nobody writes to it after that.
 *
 * @param width at least 1
 * @param height at least 1
 * @param levels rows from top to bottom, {@code width * height} bytes: 0 keeps a pixel, 255
 *     repaints it; grey edges are allowed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose: masks are megabytes
public record Mask(int width, int height, byte[] levels) {

  /** The lowest level that repaints: the first that is at least one half of 255. */
  static final int THRESHOLD = 128;

  public Mask {
    new Plane(width, height, 1, levels);
  }

  /** The level of a pixel, 0 to 255. */
  public int level(int x, int y) {
    return levels[y * width + x] & 0xFF;
  }

  /** Whether a pixel's level is at least 128. */
  public boolean repaints(int x, int y) {
    return level(x, y) >= THRESHOLD;
  }

  /** Levels below 128 to 0, others to 255. */
  public Mask binarised() {
    byte[] binary = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      binary[i] = isPainted(levels[i]) ? (byte) 255 : 0;
    }
    return new Mask(width, height, binary);
  }

  /** Each level taken from 255. */
  public Mask inverted() {
    byte[] inverse = new byte[levels.length];
    for (int i = 0; i < levels.length; i++) {
      inverse[i] = (byte) ~levels[i];
    }
    return new Mask(width, height, inverse);
  }

  /**
   * The mask with a wider hole: pixels whose centre is within some distance of a repainted pixel's
   * centre become 255, the others keep their level.
   *
   * @param pixels at least 0
   */
  public Mask grown(int pixels) {
    if (pixels < 0) {
      throw new IllegalArgumentException("a mask grown by " + pixels + ", expected 0 or more");
    }
    if (pixels == 0) {
      return this;
    }
    DistanceField toHole = DistanceField.to(this, Mask::isPainted);
    long reach = (long) pixels * pixels;
    byte[] wider = levels.clone();
    for (int i = 0; i < wider.length; i++) {
      if (toHole.squared(i) <= reach) {
        wider[i] = (byte) 255;
      }
    }
    return new Mask(width, height, wider);
  }

  /** Whether no pixel is repainted. */
  public boolean isBlank() {
    for (byte level : levels) {
      if (isPainted(level)) {
        return false;
      }
    }
    return true;
  }

  /** The share of repainted pixels, 0 to 1. */
  public double coverage() {
    long painted = 0;
    for (byte level : levels) {
      painted += isPainted(level) ? 1 : 0;
    }
    return painted / (double) levels.length;
  }

  static boolean isPainted(byte level) {
    return (level & 0xFF) >= THRESHOLD;
  }

  public static Mask of(Plane plane) {
    return new Mask(plane.width(), plane.height(), plane.data());
  }

  public Plane plane() {
    return new Plane(width, height, 1, levels);
  }
}
