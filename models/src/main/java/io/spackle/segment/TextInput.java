package io.spackle.segment;

import io.spackle.image.Filter;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;

/**
 * Images as the text detectors of PP-OCR take them: scaled by their aspect ratio, blue first, with
 * the mean and deviation of {@link Normalisation#IMAGENET} in that order.
 */
final class TextInput {

  /** Sides are multiples of this: the graph halves its input five times. */
  private static final int MULTIPLE = 32;

  /**
   * Small images are enlarged until their shorter side has this length. PP-OCR enlarges them to 736
   * pixels, where the weave of cloth begins to look like letters.
   */
  private static final int SHORTER_SIDE = 320;

  /** Blurred letters are no easier to find. */
  private static final double LARGEST_SCALE = 4;

  /** The most pixels of the input: a limit of the area, so that long strips keep their height. */
  private static final double MOST_PIXELS = 1536 * 1536;

  private TextInput() {}

  /**
   * The input for an image of any size.
   *
   * @return (1, 3, h, w), sides in multiples of 32
   */
  static FloatTensor of(RgbImage image) {
    double scale = scale(image.width(), image.height());
    return of(image, side(image.width() * scale), side(image.height() * scale));
  }

  /** The input of a graph that takes one size only. */
  static FloatTensor of(RgbImage image, int width, int height) {
    RgbImage scaled = Filter.BILINEAR.resize(image, width, height);
    return Normalisation.IMAGENET.tensor(blueFirst(scaled));
  }

  static double scale(int width, int height) {
    double enlarged =
        Math.min(LARGEST_SCALE, Math.max(1, (double) SHORTER_SIDE / Math.min(width, height)));
    return Math.min(enlarged, Math.sqrt(MOST_PIXELS / ((double) width * height)));
  }

  private static int side(double length) {
    return Math.max(1, (int) Math.round(length / MULTIPLE)) * MULTIPLE;
  }

  private static RgbImage blueFirst(RgbImage image) {
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i += RgbImage.CHANNELS) {
      byte red = pixels[i];
      pixels[i] = pixels[i + 2];
      pixels[i + 2] = red;
    }
    return new RgbImage(image.width(), image.height(), pixels);
  }
}
