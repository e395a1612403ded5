package io.spackle.quality;

import io.spackle.image.Filter;
import io.spackle.image.Mask;

/**
 * The difference hash of an image, dHash (Neal Krawetz, <em>Kind of Like That</em>, 2013,
 * hackerfactor.com): near-duplicates differ in few of its 64 bits.
 *
 * <p>Luma is reduced to 9 x 8 pixels with Pillow's Lanczos filter; a bit says whether a pixel is
 * brighter than the one to its left, row by row, the highest bit first. Equal to {@code dhash} of
 * the Python package imagehash.
 */
final class DifferenceHash {

  private static final int SIDE = 8;

  private DifferenceHash() {}

  /** The hash as 16 hex digits. */
  static String of(Mask luma) {
    Mask small = Filter.LANCZOS.resize(luma, SIDE + 1, SIDE);
    long bits = 0;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        bits = bits << 1 | (small.level(x + 1, y) > small.level(x, y) ? 1 : 0);
      }
    }
    return "%016x".formatted(bits);
  }
}
