package io.spackle.quality;

import io.spackle.image.Mask;
import java.util.Arrays;

/**
 * The masked region of an image and the ring of kept pixels around it, within the part of the image
 * that holds both.
 *
 * <p>The ring has a width of 1/32 of the image's shorter side, at least 4 pixels; its corners are
 * square.
 *
 * @param left the first column of the part, as {@code top} is its first row
 * @param width of the part in pixels, as is {@code height}
 * @param zones of its pixels, rows from top to bottom: {@link #INSIDE}, {@link #RING} or 0
 */
@SuppressWarnings("ArrayRecordComponent") // not compared
record Zones(int left, int top, int width, int height, byte[] zones) {

  static final byte INSIDE = 1;
  static final byte RING = 2;

  private static final int RINGS_PER_SIDE = 32;
  private static final int LEAST_RING = 4;

  /**
   * The zones of a mask.
   *
   * @param mask levels 0 or 255, at least one pixel masked
   */
  static Zones of(Mask mask) {
    int ring = ringWidth(mask);
    int[] box = box(mask);
    int left = Math.max(0, box[0] - ring);
    int top = Math.max(0, box[1] - ring);
    int width = Math.min(mask.width(), box[2] + ring) - left;
    int height = Math.min(mask.height(), box[3] + ring) - top;
    Zones made = new Zones(left, top, width, height, new byte[width * height]);
    made.addInside(mask);
    made.addRing(ring);
    return made;
  }

  /** The width of the ring in pixels. */
  static int ringWidth(Mask mask) {
    return Math.max(LEAST_RING, Math.min(mask.width(), mask.height()) / RINGS_PER_SIDE);
  }

  /** The bounding box of what is masked: left, top, and the column and row after the last. */
  private static int[] box(Mask mask) {
    int[] box = {mask.width(), mask.height(), 0, 0};
    for (int y = 0; y < mask.height(); y++) {
      int first = 0;
      while (first < mask.width() && !mask.isMasked(first, y)) {
        first++;
      }
      if (first < mask.width()) {
        int end = mask.width();
        while (end > box[2] && !mask.isMasked(end - 1, y)) {
          end--;
        }
        box[0] = Math.min(box[0], first);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], end);
        box[3] = y + 1;
      }
    }
    return box;
  }

  private void addInside(Mask mask) {
    byte[] levels = mask.levels();
    for (int y = 0; y < height; y++) {
      int from = (top + y) * mask.width() + left;
      for (int x = 0; x < width; x++) {
        zones[y * width + x] = (byte) ((levels[from + x] & 0xFF) >> 7); // 1 is INSIDE
      }
    }
  }

  /** Marks what is near: what is near in its row is counted over the rows that are near. */
  private void addRing(int reach) {
    byte[] near = nearInRows(reach);
    int[] counts = new int[width];
    for (int y = -reach; y < height; y++) {
      if (y + reach < height) {
        add(near, y + reach, counts);
      }
      if (y - reach - 1 >= 0) {
        subtract(near, y - reach - 1, counts);
      }
      for (int x = 0; y >= 0 && x < width; x++) {
        int at = y * width + x;
        zones[at] = counts[x] > 0 && zones[at] == 0 ? RING : zones[at];
      }
    }
  }

  private void add(byte[] near, int row, int[] counts) {
    for (int x = 0; x < width; x++) {
      counts[x] += near[row * width + x];
    }
  }

  private void subtract(byte[] near, int row, int[] counts) {
    for (int x = 0; x < width; x++) {
      counts[x] -= near[row * width + x];
    }
  }

  /** 1 where a pixel of the same row within reach is inside. */
  private byte[] nearInRows(int reach) {
    byte[] near = new byte[zones.length];
    for (int y = 0; y < height; y++) {
      int row = y * width;
      for (int x = 0; x < width; x++) {
        if (zones[row + x] == INSIDE) {
          int first = Math.max(0, x - reach);
          while (x < width && zones[row + x] == INSIDE) {
            x++; // to the end of the run
          }
          Arrays.fill(near, row + first, row + Math.min(width, x + reach), (byte) 1);
        }
      }
    }
    return near;
  }
}
