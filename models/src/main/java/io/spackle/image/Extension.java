package io.spackle.image;

import java.io.Serializable;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How far the canvas of an image grows. It never shrinks: no pixel of the image is cut off.
 *
 * <p>The text form is an aspect ratio or a size, each with an optional {@link Anchor}, or pixels
 * per side: {@code 4:5}, {@code 4:5 top}, {@code 1024x1024 bottom-left}, {@code left=64, right=64}.
 */
public sealed interface Extension extends Serializable {

  /** The valid texts, for messages. */
  String EXPECTED =
      "an aspect ratio from 1:100 to 100:1 such as 4:5, a size in pixels such as 1024x1024, either"
          + " with an anchor such as top-left, or pixels per side such as left=64, right=64";

  /** The largest number of pixels per side, or of a side. */
  int MAX_SIDE = 32_768;

  /**
   * The canvas of an image.
   *
   * @param width of the image in pixels
   * @param height of the image in pixels
   * @throws ImageException {@code TOO_LARGE} if the image does not fit on the requested size
   */
  Canvas canvas(int width, int height);

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if it is invalid; the message says what is {@link #EXPECTED}
   */
  static Extension of(String text) {
    String normal = text.strip().toLowerCase(Locale.ROOT);
    Matcher proportions = Aspect.TEXT.matcher(normal);
    if (proportions.matches()) {
      return new Aspect(
          Double.parseDouble(proportions.group(1)),
          Double.parseDouble(proportions.group(2)),
          Anchor.of(proportions.group(3)));
    }
    Matcher size = Size.TEXT.matcher(normal);
    if (size.matches()) {
      return new Size(
          Integer.parseInt(size.group(1)),
          Integer.parseInt(size.group(2)),
          Anchor.of(size.group(3)));
    }
    return Sides.of(normal);
  }

  /** The place of the image on its canvas. */
  enum Anchor {
    TOP_LEFT(0, 0),
    TOP(1, 0),
    TOP_RIGHT(2, 0),
    LEFT(0, 1),
    CENTER(1, 1),
    RIGHT(2, 1),
    BOTTOM_LEFT(0, 2),
    BOTTOM(1, 2),
    BOTTOM_RIGHT(2, 2);

    private final int column;
    private final int row;

    /**
     * @param column 0 for the left edge, 1 for the middle, 2 for the right edge
     * @param row likewise, from the top
     */
    Anchor(int column, int row) {
      this.column = column;
      this.row = row;
    }

    private static Anchor of(String name) {
      if (name == null || name.equals("centre")) {
        return CENTER;
      }
      return Arrays.stream(values())
          .filter(anchor -> anchor.text().equals(name))
          .findFirst()
          .orElseThrow(Extension::invalid);
    }

    private String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String suffix() {
      return this == CENTER ? "" : " " + text();
    }

    private Canvas canvas(int width, int height, Region image) {
      int left = (width - image.width()) * column / 2;
      int top = (height - image.height()) * row / 2;
      return Canvas.around(image, left, top, width, height);
    }
  }

  /**
   * The smallest canvas of some proportions that has room for the image.
   *
   * @param width in any unit
   * @param height in the same unit
   */
  record Aspect(double width, double height, Anchor anchor) implements Extension {

    private static final Pattern TEXT =
        Pattern.compile(
            "(\\d{1,6}(?:\\.\\d{1,6})?) *: *(\\d{1,6}(?:\\.\\d{1,6})?)(?: +([a-z-]+))?");

    private static final double MAX_RATIO = 100;

    public Aspect {
      double ratio = width / height;
      if (!(ratio >= 1 / MAX_RATIO && ratio <= MAX_RATIO)) {
        throw invalid();
      }
    }

    @Override
    public Canvas canvas(int imageWidth, int imageHeight) {
      int canvasWidth = Math.max(imageWidth, (int) Math.rint(imageHeight * width / height));
      int canvasHeight = Math.max(imageHeight, (int) Math.rint(imageWidth * height / width));
      boolean wide = imageWidth * height > imageHeight * width;
      return anchor.canvas(
          wide ? imageWidth : canvasWidth,
          wide ? canvasHeight : imageHeight,
          Region.of(imageWidth, imageHeight));
    }

    @Override
    public String toString() {
      return plain(width) + ":" + plain(height) + anchor.suffix();
    }

    private static String plain(double number) {
      return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
  }

  /** A canvas of some size in pixels. */
  record Size(int width, int height, Anchor anchor) implements Extension {

    private static final Pattern TEXT =
        Pattern.compile("(\\d{1,6}) *[x×] *(\\d{1,6})(?: +([a-z-]+))?");

    public Size {
      if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
        throw invalid();
      }
    }

    @Override
    public Canvas canvas(int imageWidth, int imageHeight) {
      if (imageWidth > width || imageHeight > height) {
        throw new ImageException(
            ImageException.Reason.TOO_LARGE,
            "a size of %d x %d found, at least the init image's %d x %d expected: nothing is cut off; request a larger size or an aspect ratio, or scale the image down"
                .formatted(width, height, imageWidth, imageHeight));
      }
      return anchor.canvas(width, height, Region.of(imageWidth, imageHeight));
    }

    @Override
    public String toString() {
      return width + "x" + height + anchor.suffix();
    }
  }

  /** Pixels to add on each side, at least 0. */
  record Sides(int left, int top, int right, int bottom) implements Extension {

    private static final Sides NONE = new Sides(0, 0, 0, 0);

    private static final Pattern SIDE = Pattern.compile("(left|top|right|bottom) *= *(\\d{1,6})");

    private enum Side {
      LEFT,
      TOP,
      RIGHT,
      BOTTOM
    }

    public Sides {
      for (int pixels : List.of(left, top, right, bottom)) {
        if (pixels < 0 || pixels > MAX_SIDE) {
          throw invalid();
        }
      }
    }

    private static Sides of(String text) {
      Map<Side, Integer> pixels = new EnumMap<>(Side.class);
      Matcher side = SIDE.matcher(text);
      int end = 0;
      while (side.find()) {
        String name = side.group(1).toUpperCase(Locale.ROOT);
        Integer before = pixels.put(Side.valueOf(name), Integer.valueOf(side.group(2)));
        if (before != null || !text.substring(end, side.start()).matches(separator(end))) {
          throw invalid();
        }
        end = side.end();
      }
      if (end < text.length() || end == 0) {
        throw invalid();
      }
      return new Sides(
          pixels.getOrDefault(Side.LEFT, 0),
          pixels.getOrDefault(Side.TOP, 0),
          pixels.getOrDefault(Side.RIGHT, 0),
          pixels.getOrDefault(Side.BOTTOM, 0));
    }

    private static String separator(int end) {
      return end == 0 ? "" : " *[,; ] *";
    }

    @Override
    public Canvas canvas(int width, int height) {
      return Canvas.around(
          Region.of(width, height), left, top, left + width + right, top + height + bottom);
    }

    @Override
    public String toString() {
      int[] pixels = {left, top, right, bottom};
      if (equals(NONE)) {
        return "left=0";
      }
      return Arrays.stream(Side.values())
          .filter(side -> pixels[side.ordinal()] > 0)
          .map(side -> side.name().toLowerCase(Locale.ROOT) + "=" + pixels[side.ordinal()])
          .collect(Collectors.joining(", "));
    }
  }

  private static IllegalArgumentException invalid() {
    return new IllegalArgumentException(EXPECTED + " expected");
  }
}
