package io.spackle.segment;

import io.spackle.image.Filter;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Images as the text detectors of PP-OCR take them: scaled by their aspect ratio, blue first, with
 * the mean and deviation of {@link Normalisation#IMAGENET} in that order.
 */
final class TextInput {

  /** Sides are multiples of this: the graph halves its input five times. */
  private static final int MULTIPLE = 32;

  /** Small images are enlarged until their shorter side has this length, as PP-OCR does it. */
  private static final int SHORTER_SIDE = 736;

  /** Blurred letters are no easier to find. */
  private static final double LARGEST_SCALE = 4;

  /** The most pixels of the input: a limit of the area, so that long strips keep their height. */
  private static final double MOST_PIXELS = 1536 * 1536;

  private TextInput() {}

  /**
   * The inputs for an image of any size: upright, and turned by a quarter to the left.
   *
   * @return each (1, 3, h, w), sides in multiples of 32
   */
  static List<FloatTensor> of(RgbImage image) {
    double scale = scale(image.width(), image.height());
    int width = side(image.width() * scale);
    int height = side(image.height() * scale);
    return List.of(scaled(image, width, height), scaled(turned(image), height, width));
  }

  /** The inputs of a graph that takes one size only: upright, and turned by a quarter. */
  static List<FloatTensor> of(RgbImage image, int width, int height) {
    return List.of(scaled(image, width, height), scaled(turned(image), width, height));
  }

  private static FloatTensor scaled(RgbImage image, int width, int height) {
    RgbImage scaled = Filter.BILINEAR.resize(image, width, height);
    return Normalisation.IMAGENET.tensor(scaled.blueFirst());
  }

  private static double scale(int width, int height) {
    double enlarged =
        Math.min(LARGEST_SCALE, Math.max(1, (double) SHORTER_SIDE / Math.min(width, height)));
    return Math.min(enlarged, Math.sqrt(MOST_PIXELS / ((double) width * height)));
  }

  private static int side(double length) {
    return Math.max(1, (int) Math.round(length / MULTIPLE)) * MULTIPLE;
  }

  /** An image turned by a quarter to the left: its last column becomes the first row. */
  private static RgbImage turned(RgbImage image) {
    int width = image.height();
    int height = image.width();
    byte[] pixels = new byte[image.pixels().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = (x * image.width() + height - 1 - y) * RgbImage.CHANNELS;
        int to = (y * width + x) * RgbImage.CHANNELS;
        System.arraycopy(image.pixels(), from, pixels, to, RgbImage.CHANNELS);
      }
    }
    return new RgbImage(width, height, pixels);
  }
}
