package io.spackle.quality;

import io.spackle.image.Mask;

/**
 * How sharp the masked region is in comparison with the ring around it.
 *
 * <p>The measure of sharpness is the mean of the sum-modified Laplacian (Nayar and Nakagawa,
 * <em>Shape from Focus</em>, 1994) of luma, {@code |2I - left - right| + |2I - above - below|}, in
 * levels of 8 bits, over the pixels whose four neighbours are in the same zone: a seam does not
 * count.
 *
 * <pre>sharpness = (inside + 1) / (ring + 1)</pre>
 *
 * 1: as sharp; below: blurred; above: harsh, or noisy. The added level makes two plains equal.
 */
final class Sharpness {

  private final Zones zones;
  private final byte[] luma;
  private final int stride;
  private final long[] sums = new long[3];
  private final long[] counts = new long[3];

  private Sharpness(Mask luma, Zones zones) {
    this.zones = zones;
    this.luma = luma.levels();
    this.stride = luma.width();
  }

  /**
   * The sharpness of an image.
   *
   * @param luma of the complete image
   * @return above 0; null if a zone has no pixel with four neighbours
   */
  static Double of(Mask luma, Zones zones) {
    Sharpness sharpness = new Sharpness(luma, zones);
    for (int y = 1; y < zones.height() - 1; y++) {
      sharpness.addRow(y);
    }
    return sharpness.counts[Zones.INSIDE] == 0 || sharpness.counts[Zones.RING] == 0
        ? null
        : (sharpness.mean(Zones.INSIDE) + 1) / (sharpness.mean(Zones.RING) + 1);
  }

  private void addRow(int y) {
    byte[] zone = zones.zones();
    int width = zones.width();
    for (int x = 1; x < width - 1; x++) {
      int i = y * width + x;
      byte here = zone[i];
      if (here != 0
          && zone[i - 1] == here
          && zone[i + 1] == here
          && zone[i - width] == here
          && zone[i + width] == here) {
        int at = (zones.top() + y) * stride + zones.left() + x;
        sums[here] += bend(at, 1) + bend(at, stride);
        counts[here]++;
      }
    }
  }

  private int bend(int at, int step) {
    return Math.abs(2 * (luma[at] & 0xFF) - (luma[at - step] & 0xFF) - (luma[at + step] & 0xFF));
  }

  private double mean(byte zone) {
    return (double) sums[zone] / counts[zone];
  }
}
