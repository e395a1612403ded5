package io.spackle.codec;

import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.util.Arrays;

/** What the visible part of an image with an alpha channel shows. */
enum LayerContent {
  /** Nothing is transparent. */
  OPAQUE,
  /** Strokes or a shape, of any colours, on a transparent layer. */
  STROKES,
  /** Black and white, on a transparent layer. */
  DRAWING,
  /** A photo with transparent parts. */
  PHOTO;

  private static final int HALF = 128;

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

  /**
   * Recognizes the content.
   *
   * @throws io.spackle.image.ImageException {@code MASK_UNCLEAR}
   */
  static LayerContent of(RgbImage colours, Mask alpha) {
    LevelHistogram opacity = LevelHistogram.of(alpha);
    if (opacity.lowest() >= HALF) {
      return OPAQUE;
    }
    if (opacity.highest() == 0) {
      return STROKES; // none
    }
    return new Survey(colours, alpha).content();
  }

  /** The facts about the pixels that are at least nearly as opaque as the layer's strokes. */
  private static final class Survey {

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

    Survey(RgbImage colours, Mask alpha) {
      this.colours = colours;
      this.alpha = alpha;
      this.opacity = LayerMask.strokeOpacity(alpha);
      this.solid = Math.min(SOLID, opacity);
      countColours();
      roughness = Texture.of(Levels.luma(colours), this::isPlain).roughness();
    }

    LayerContent content() {
      if (isPhoto()) {
        if (solid < SOLID) {
          throw MaskReader.unclear(
              "a photo that is transparent throughout", "set image.mask-rule = opaque or luma");
        }
        return PHOTO;
      }
      if (coloured == 0 && black > DRAWN * pixels && white > DRAWN * pixels) {
        return DRAWING;
      }
      if (differentShades() >= MANY_COLOURS) {
        throw MaskReader.unclear(
            "what may be strokes of many colours, or a photo with transparent parts",
            "set image.mask-rule = opaque to mask what shows, or transparent to mask the rest");
      }
      if (solidBorder() >= FRAMED) {
        throw MaskReader.unclear(
            "a layer of few colours around a transparent part: either may be meant",
            "set image.mask-rule = opaque or transparent");
      }
      return STROKES;
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
        coloured += Levels.isColoured(red, green, blue) ? 1 : 0;
        black += Math.max(red, Math.max(green, blue)) < 64 ? 1 : 0;
        white += Math.min(red, Math.min(green, blue)) >= 192 ? 1 : 0;
      }
    }

    /** The share of the outermost pixels that are solid. */
    private double solidBorder() {
      int width = alpha.width();
      int height = alpha.height();
      int border = 0;
      int solidOnes = 0;
      for (int i = 0; i < alpha.levels().length; i++) {
        int x = i % width;
        int y = i / width;
        if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
          border++;
          solidOnes += isSolid(i) ? 1 : 0;
        }
      }
      return (double) solidOnes / border;
    }

    /**
     * Whether a pixel has exactly the opacity of the strokes: premultiplied colours vary with it.
     */
    private boolean isPlain(int index) {
      return (alpha.levels()[index] & 0xFF) == opacity;
    }

    private boolean isSolid(int index) {
      return (alpha.levels()[index] & 0xFF) >= solid;
    }
  }
}
