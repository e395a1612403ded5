package io.spackle.segment;

import io.spackle.image.Filter;
import io.spackle.image.RgbImage;
import io.spackle.segment.Quadrilateral.Point;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.List;

/**
 * A line of text cut out of an image and turned upright, as the recognisers of PP-OCR take it: 48
 * pixels high, blue first, -1 to 1, with zeros to the right up to one of a few widths, so that
 * lines share batches.
 *
 * @param origin the upper left corner of the line, in pixels of the image
 * @param along from there to the end of the line
 * @param down from there to the lower left corner
 */
record TextCrop(Point origin, Point along, Point down) {

  private static final int HEIGHT = 48;
  private static final int WIDTH_STEP = 160;

  /** The recogniser needs a part of a long line only: the one in the middle. */
  private static final double MOST_ASPECT = 2.0 * WIDTH_STEP / HEIGHT;

  /** A shape below this may as well be one letter as a line that runs upwards. */
  private static final double LINE_ASPECT = 1.5;

  /**
   * The lines that a rectangle may hold.
   *
   * @param corners in the order of the outline, in pixels of the image
   * @return one, and of a steep line, which may run upwards or downwards, two
   */
  static List<TextCrop> of(List<Point> corners) {
    Point one = between(corners.get(0), corners.get(1));
    Point other = between(corners.get(0), corners.get(3));
    boolean isOneLonger = length(one) >= length(other);
    double aspect = length(isOneLonger ? one : other) / length(isOneLonger ? other : one);
    boolean isAlongOne = aspect >= LINE_ASPECT ? isOneLonger : isLevel(one);
    int first = isAlongOne ? 0 : 1;
    Point along = isAlongOne ? one : between(corners.get(1), corners.get(2));
    if (!isLevel(along)) {
      return List.of(of(corners, first), of(corners, first + 2));
    }
    return List.of(of(corners, along.x() > 0 ? first : first + 2));
  }

  /** The line from one corner to the next one. */
  private static TextCrop of(List<Point> corners, int first) {
    Point origin = corners.get(first % 4);
    return new TextCrop(
            origin,
            between(origin, corners.get((first + 1) % 4)),
            between(origin, corners.get((first + 3) % 4)))
        .shortened();
  }

  private TextCrop shortened() {
    double share = MOST_ASPECT * length(down) / length(along);
    if (share >= 1) {
      return this;
    }
    double start = (1 - share) / 2;
    return new TextCrop(
        new Point(origin.x() + start * along.x(), origin.y() + start * along.y()),
        new Point(share * along.x(), share * along.y()),
        down);
  }

  private static Point between(Point from, Point to) {
    return new Point(to.x() - from.x(), to.y() - from.y());
  }

  private static double length(Point vector) {
    return Math.hypot(vector.x(), vector.y());
  }

  private static boolean isLevel(Point direction) {
    return Math.abs(direction.x()) >= Math.abs(direction.y());
  }

  /**
   * The line as input of the recogniser.
   *
   * @return (1, 3, 48, width), the width a multiple of 160
   */
  FloatTensor tensor(RgbImage image) {
    RgbImage line = cut(image);
    int width = Math.max(1, (int) Math.round((double) HEIGHT * line.width() / line.height()));
    FloatTensor filled = Filter.BILINEAR.resize(line, width, HEIGHT).blueFirst().toTensor();
    int padded = (width + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP;
    if (padded == width) {
      return filled;
    }
    FloatTensor rest = FloatTensor.zeros(Shape.of(1, RgbImage.CHANNELS, HEIGHT, padded - width));
    return FloatTensor.concat(List.of(filled, rest), 3);
  }

  /** The line at its own size: each pixel is interpolated bilinearly. */
  private RgbImage cut(RgbImage image) {
    int width = Math.max(1, (int) Math.round(length(along)));
    int height = Math.max(1, (int) Math.round(length(down)));
    byte[] pixels = new byte[Math.multiplyExact(width, height) * RgbImage.CHANNELS];
    int to = 0;
    for (int row = 0; row < height; row++) {
      double v = (row + 0.5) / height;
      for (int column = 0; column < width; column++) {
        double u = (column + 0.5) / width;
        double x = origin.x() + u * along.x() + v * down.x() - 0.5;
        double y = origin.y() + u * along.y() + v * down.y() - 0.5;
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
          pixels[to++] = (byte) Math.round(value(image, x, y, channel));
        }
      }
    }
    return new RgbImage(width, height, pixels);
  }

  private static double value(RgbImage image, double x, double y, int channel) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double upper = level(image, left, top, channel);
    double lower = level(image, left, top + 1, channel);
    upper += (x - left) * (level(image, left + 1, top, channel) - upper);
    lower += (x - left) * (level(image, left + 1, top + 1, channel) - lower);
    return upper + (y - top) * (lower - upper);
  }

  /** A level of the nearest pixel inside the image. */
  private static int level(RgbImage image, int x, int y, int channel) {
    int column = Math.max(0, Math.min(image.width() - 1, x));
    int row = Math.max(0, Math.min(image.height() - 1, y));
    return image.pixels()[(row * image.width() + column) * RgbImage.CHANNELS + channel] & 0xFF;
  }
}
