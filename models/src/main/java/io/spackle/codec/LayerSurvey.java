package io.spackle.codec;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;

/**
 * The facts about a layer with transparent parts, from its pixels that are at least nearly as
 * opaque as its strokes.
 */
final class LayerSurvey {

  /** The smallest opacity of a photo: its alpha is that of an eraser, not of a brush. */
  private static final int SOLID = 250;

  /** The share of black and of white from which on they are no edges of each other. */
  private static final double DRAWN = 0.01;

  /** The smallest share of the visible pixels that makes a colour count: edges have fewer. */
  private static final int COLOUR_SHARE = 4096;

  /** The smallest number of colours in a photo, in steps of 8 levels. */
  private static final int PHOTO_COLOURS = 16;

  /** The smallest number of colours in a smooth photo that reaches the border. */
  private static final int FRAMED_COLOURS = 64;

  /** The number of colours that is too large for strokes; a rainbow has fewer. */
  private static final int MANY_COLOURS = 256;

  /** The smallest roughness of a photo. */
  private static final double PHOTO_ROUGHNESS = 0.003;

  /** The share of the image's border that a photo with a hole covers, and strokes do not. */
  private static final double FRAMED = 0.75;

  private final RgbImage colours;
  private final Mask alpha;
  private final int opacity;
  private final int solid;
  private final int[] shades = new int[1 << 15];
  private long pixels;
  private long coloured;
  private long black;
  private long white;
  private final double roughness;

  LayerSurvey(RgbImage colours, Mask alpha) {
    this.colours = colours;
    this.alpha = alpha;
    this.opacity = LayerMask.strokeOpacity(alpha);
    this.solid = Math.min(SOLID, opacity);
    countColours();
    roughness = Texture.of(colours.luma(), this::isPlain).roughness();
  }

  LayerContent content() {
    if (isPhoto()) {
      return solid < SOLID ? LayerContent.FADED : LayerContent.PHOTO;
    }
    if (coloured == 0 && black > DRAWN * pixels && white > DRAWN * pixels) {
      return LayerContent.DRAWING;
    }
    if (differentShades() >= MANY_COLOURS) {
      return LayerContent.COLOURFUL;
    }
    return pixels < alpha.levels().length && solidBorder() >= FRAMED
        ? LayerContent.FRAME
        : LayerContent.STROKES;
  }

  private boolean isPhoto() {
    long different = differentShades();
    return different >= PHOTO_COLOURS && roughness >= PHOTO_ROUGHNESS
        || different >= FRAMED_COLOURS && solidBorder() >= FRAMED;
  }

  private long differentShades() {
    return Arrays.stream(shades).filter(n -> (long) n * COLOUR_SHARE >= pixels && n > 0).count();
  }

  private void countColours() {
    byte[] data = colours.pixels();
    for (int i = 0, at = 0; i < alpha.levels().length; i++, at += RgbImage.CHANNELS) {
      if (!isSolid(i)) {
        continue;
      }
      int red = data[at] & 0xFF;
      int green = data[at + 1] & 0xFF;
      int blue = data[at + 2] & 0xFF;
      pixels++;
      shades[red >> 3 << 10 | green >> 3 << 5 | blue >> 3]++;
      coloured += ChannelLevels.isColoured(red, green, blue) ? 1 : 0;
      black += Math.max(red, Math.max(green, blue)) < 64 ? 1 : 0;
      white += Math.min(red, Math.min(green, blue)) >= 192 ? 1 : 0;
    }
  }

  /** The share of the outermost pixels that are solid. */
  private double solidBorder() {
    int width = alpha.width();
    int height = alpha.height();
    long solidOnes = 0;
    for (int x = 0; x < width; x++) {
      solidOnes += ofSolid(x) + ofSolid((height - 1) * width + x);
    }
    for (int y = 1; y < height - 1; y++) {
      solidOnes += ofSolid(y * width) + ofSolid((y + 1) * width - 1);
    }
    return (double) solidOnes / (2L * width + 2L * Math.max(0, height - 2));
  }

  private int ofSolid(int index) {
    return isSolid(index) ? 1 : 0;
  }

  /** Whether a pixel has exactly the opacity of the strokes: premultiplied colours vary with it. */
  private boolean isPlain(int index) {
    return (alpha.levels()[index] & 0xFF) == opacity;
  }

  private boolean isSolid(int index) {
    return (alpha.levels()[index] & 0xFF) >= solid;
  }
}
