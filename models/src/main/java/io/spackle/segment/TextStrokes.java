package io.spackle.segment;

import io.spackle.image.Mask;
import io.spackle.image.Otsu;
import io.spackle.image.RgbImage;
import io.spackle.segment.Components.Run;

/**
 * The strokes of text in an image, with their outlines and soft edges. Text is where levels change:
 * pixels count whose contrast with their neighbours is high within the line of text, gaps of the
 * breadth of a stroke between them are closed, and the result is grown by one pixel. Edges tell
 * strokes of any colour on any ground, with outlines of another colour or without.
 *
 * @param map in which strokes become the label 1
 */
record TextStrokes(RgbImage image, LabelMap map) {

  /** {@link Otsu} splits at the sharp edges; those of thin strokes have less contrast. */
  private static final double SHARE_OF_SPLIT = 0.6;

  /** Half the breadth of bold strokes, as a share of the line's height. */
  private static final double HALF_STROKE = 0.1;

  private static final int MARGIN = 1; // in pixels

  private static final int LEVELS = 256;

  void paint(TextOutline outline) {
    int closed = (int) Math.max(1, Math.round(HALF_STROKE * outline.height()));
    Crop crop = Crop.around(outline, closed + MARGIN);
    int[] counts = new int[LEVELS];
    byte[] contrasts = new byte[crop.width() * crop.height()];
    for (Run run : outline.runs()) {
      for (int x = run.from(); x < run.to(); x++) {
        int contrast = contrast(x, run.y());
        counts[contrast]++;
        contrasts[crop.index(x, run.y())] = (byte) contrast;
      }
    }
    double least = Math.max(1, SHARE_OF_SPLIT * Otsu.split(counts));
    Mask edges = new Mask(crop.width(), crop.height(), above(least, contrasts));
    Mask strokes = edges.grown(closed + MARGIN).inverted().grown(closed).inverted();
    for (Run run : outline.runs()) {
      for (int x = run.from(); x < run.to(); x++) {
        if (strokes.levels()[crop.index(x, run.y())] != 0) {
          map.labels()[run.y() * map.width() + x] = 1;
        }
      }
    }
  }

  private static byte[] above(double least, byte[] contrasts) {
    byte[] levels = new byte[contrasts.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (contrasts[i] & 0xFF) >= least ? (byte) 255 : 0;
    }
    return levels;
  }

  /** The largest difference of a channel among a pixel and its eight neighbours, 0 to 255. */
  private int contrast(int x, int y) {
    int contrast = 0;
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int lowest = LEVELS - 1;
      int highest = 0;
      for (int row = Math.max(0, y - 1); row <= Math.min(image.height() - 1, y + 1); row++) {
        for (int column = Math.max(0, x - 1);
            column <= Math.min(image.width() - 1, x + 1);
            column++) {
          int at = (row * image.width() + column) * RgbImage.CHANNELS + channel;
          int level = image.pixels()[at] & 0xFF;
          lowest = Math.min(lowest, level);
          highest = Math.max(highest, level);
        }
      }
      contrast = Math.max(contrast, highest - lowest);
    }
    return contrast;
  }

  /** A rectangle around an outline, which may reach beyond the image. */
  private record Crop(int left, int top, int width, int height) {

    static Crop around(TextOutline outline, int margin) {
      int left = outline.runs().stream().mapToInt(Run::from).min().orElse(0) - margin;
      int right = outline.runs().stream().mapToInt(Run::to).max().orElse(0) + margin;
      int top = outline.runs().stream().mapToInt(Run::y).min().orElse(0) - margin;
      int bottom = outline.runs().stream().mapToInt(Run::y).max().orElse(0) + 1 + margin;
      return new Crop(left, top, right - left, bottom - top);
    }

    int index(int x, int y) {
      return (y - top) * width + x - left;
    }
  }
}
