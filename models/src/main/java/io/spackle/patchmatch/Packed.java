package io.spackle.patchmatch;

/**
 * A colour in one long, so that one multiplication yields the scalar product of two colours.
 *
 * <p>Three lanes of 21 bits hold red, green and blue from the lowest lane up. In the product of one
 * colour and another whose lanes are reversed, the third lane is the sum of the products of equal
 * channels. A lane holds a weighted sum of levels whose weights add up to at most 8,224, and the
 * products of at most ten pixels, so that rows of seven are added up before the lane is read.
 */
final class Packed {

  static final int BITS = 21;
  static final long LANE = (1L << BITS) - 1;

  private Packed() {}

  /** The colour of three levels of 0 to 255. */
  static long of(int red, int green, int blue) {
    return red | (long) green << BITS | (long) blue << 2 * BITS;
  }

  /** The colour whose levels are the rounded mean of a weighted sum. */
  static long mean(long sum, int weight) {
    int half = weight >> 1;
    return of(
        (red(sum) + half) / weight, (green(sum) + half) / weight, (blue(sum) + half) / weight);
  }

  static int red(long colour) {
    return (int) (colour & LANE);
  }

  static int green(long colour) {
    return (int) (colour >>> BITS & LANE);
  }

  static int blue(long colour) {
    return (int) (colour >>> 2 * BITS & LANE);
  }

  /** The colour with red and blue exchanged: the right factor of a scalar product. */
  static long reversed(long colour) {
    return (colour & LANE) << 2 * BITS | colour & LANE << BITS | colour >>> 2 * BITS;
  }

  /** The scalar product that a product of colours, or a sum of such products, holds. */
  static int scalar(long product) {
    return (int) (product >>> 2 * BITS & LANE);
  }

  /** The sum of the squared levels of a colour. */
  static int square(long colour) {
    return scalar(colour * reversed(colour));
  }
}
