package io.spackle.codec;

import io.spackle.codec.LevelHistogram.Peaks;
import io.spackle.image.Filter;
import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;

/**
 * The mask in an image without transparency: bright on dark, in two clear groups of levels.
 *
 * <p>Masks have two narrow groups of levels, joined by edges that are thin or smooth. Photos have
 * wide groups, and what lies between them is an area with texture. The limits here were chosen on
 * photos of 128 to 512 pixels, and on masks with lines, soft edges and JPEG noise of any quality.
 */
final class LevelMask {

  private static final int THRESHOLD = 128;

  /** The half width of a group of levels: the noise of JPEG in a plain area. */
  private static final int NOISE = 8;

  /** The distance of black and white that is still black and white. */
  private static final int NEAR = 16;

  /** The smallest distance of two groups, except in an image of exactly two levels. */
  private static final int GAP = 32;

  /** An image with at most so many levels is drawn, without soft edges or noise. */
  private static final int FLAT_LEVELS = 16;

  /** The share of the pixels in two groups, in a mask with very soft edges. */
  private static final double SOFT = 0.25;

  /** The same in a mask with ordinary edges. */
  private static final double CLEAR = 0.9;

  /** The same in a mask that is neither black nor white anywhere. */
  private static final double GREY = 0.95;

  private static final String SAVE = "save the mask so";

  private final Mask levels;
  private final boolean coloured;
  private final LevelHistogram histogram;

  /**
   * @param coloured whether the levels are those of colours, which lossy formats store at half the
   *     resolution
   */
  private LevelMask(Mask levels, boolean coloured) {
    this.levels = levels;
    this.coloured = coloured;
    this.histogram = LevelHistogram.of(levels);
  }

  /**
   * Reads a mask.
   *
   * @param invert whether black is masked; then colours on white are masked, too
   * @throws ImageException {@code MASK_UNCLEAR}
   */
  static Mask of(DecodedImage image, boolean invert) {
    RgbImage colours = ChannelLevels.smallValues(image).orElse(image.colour());
    if (!image.grey() && ChannelLevels.areColoured(colours)) {
      return coloured(colours, invert);
    }
    Mask mask = new LevelMask(colours.luma(), false).read();
    return invert ? mask.inverted() : mask;
  }

  private static Mask coloured(RgbImage image, boolean invert) {
    LevelMask brightest = new LevelMask(ChannelLevels.brightest(image), true);
    double black = brightest.histogram.share(0, NEAR);
    double brightOrWhite = brightest.histogram.share(255 - NEAR, 255);
    if (black > 0 && black >= brightOrWhite) {
      return onBlack(brightest, invert);
    }
    LevelMask faintest = new LevelMask(ChannelLevels.darkest(image).inverted(), true);
    double white = faintest.histogram.share(0, NEAR);
    if (black > 0 && black >= white) {
      return onBlack(brightest, invert);
    }
    Mask mask = (white > 0 ? faintest : brightest).readColours();
    if (white > 0 && invert) {
      return mask;
    }
    throw white > 0
        ? MaskReader.unclear(
            "colours on white", SAVE + ", or set image.mask-invert = true to mask the colours")
        : MaskReader.unclear("colours without black or white around them", SAVE);
  }

  private static Mask onBlack(LevelMask brightest, boolean invert) {
    Mask mask = brightest.readColours();
    return invert ? mask.inverted() : mask;
  }

  /** Colours on black: of a drawing, each colour is masked, dark ones too. */
  private Mask readColours() {
    if (histogram.distinct() <= FLAT_LEVELS) {
      return stretched(0, histogram.nextAbove(NEAR));
    }
    if (histogram.peaks().low() > NEAR) {
      throw photo();
    }
    return read();
  }

  private Mask read() {
    int lowest = histogram.lowest();
    int highest = histogram.highest();
    if (highest == 0 || lowest >= THRESHOLD && highest - lowest <= GAP) {
      return levels; // plain: empty or full
    }
    return histogram.distinct() <= 2 ? twoLevels(lowest, highest) : groups(histogram.peaks());
  }

  private Mask twoLevels(int lowest, int highest) {
    if (lowest < THRESHOLD && highest >= THRESHOLD) {
      return levels;
    }
    if (lowest == highest || lowest > 0 && highest < 255) {
      throw oneSided();
    }
    return stretched(lowest, highest);
  }

  private Mask groups(Peaks peaks) {
    double inGroups = inGroups(peaks);
    if (peaks.span() < GAP || inGroups < SOFT) {
      throw photo();
    }
    boolean grounded = peaks.low() <= NEAR || peaks.high() >= 255 - NEAR;
    if (inGroups < GREY && !grounded || isTextured(peaks)) {
      throw photo();
    }
    if (grounded && inGroups >= CLEAR && isOnOneSide(peaks)) {
      return stretched(peaks.low(), peaks.high());
    }
    if (histogram.lowest() >= THRESHOLD || histogram.highest() < THRESHOLD) {
      throw oneSided();
    }
    return levels;
  }

  /** Whether the threshold does not separate the two groups. */
  private boolean isOnOneSide(Peaks peaks) {
    boolean dark = peaks.high() - NOISE < THRESHOLD;
    boolean bright = peaks.low() + NOISE >= THRESHOLD;
    if (dark) {
      return isGroup(peaks.high(), histogram.share(peaks.middle() + 1, 255))
          && histogram.share(peaks.high() + GAP, 255) == 0;
    }
    return bright
        && isGroup(peaks.low(), histogram.share(0, peaks.middle()))
        && histogram.share(0, peaks.low() - GAP) == 0;
  }

  /** Whether most of the pixels on a side are close to its peak. */
  private boolean isGroup(int peak, double side) {
    return 2 * histogram.share(peak - NOISE, peak + NOISE) >= side;
  }

  private double inGroups(Peaks peaks) {
    int from = Math.max(peaks.low() + NOISE + 1, peaks.high() - NOISE);
    return histogram.share(peaks.low() - NOISE, peaks.low() + NOISE)
        + histogram.share(from, peaks.high() + NOISE);
  }

  /** Whether the pixels in neither group look like those of a photo. */
  private boolean isTextured(Peaks peaks) {
    boolean[] outside = new boolean[LevelHistogram.LEVELS];
    for (int level = 0; level < outside.length; level++) {
      outside[level] =
          Math.abs(level - peaks.low()) > NOISE && Math.abs(level - peaks.high()) > NOISE;
    }
    Mask seen = coloured ? halved() : levels;
    byte[] data = seen.levels();
    return Texture.of(seen, i -> outside[data[i] & 0xFF]).isPhoto();
  }

  private Mask halved() {
    int width = Math.max(1, levels.width() / 2);
    int height = Math.max(1, levels.height() / 2);
    return Filter.BILINEAR.resize(levels, width, height);
  }

  /** The levels stretched so that {@code low} is 0 and {@code high} is 255. */
  private Mask stretched(int low, int high) {
    byte[] stretched = new byte[LevelHistogram.LEVELS];
    for (int level = 0; level < stretched.length; level++) {
      int scaled = (255 * (level - low) + (high - low) / 2) / (high - low);
      stretched[level] = (byte) Math.max(0, Math.min(255, scaled));
    }
    byte[] result = new byte[levels.levels().length];
    for (int i = 0; i < result.length; i++) {
      result[i] = stretched[levels.levels()[i] & 0xFF];
    }
    return new Mask(levels.width(), levels.height(), result);
  }

  private ImageException oneSided() {
    return histogram.highest() < THRESHOLD
        ? MaskReader.unclear("nothing above half, but not plain black: " + range(), SAVE)
        : MaskReader.unclear("nothing below half, but not plain white: " + range(), SAVE);
  }

  private ImageException photo() {
    if (histogram.highest() < THRESHOLD || histogram.lowest() >= THRESHOLD) {
      return oneSided();
    }
    return MaskReader.unclear(
        "an image without two clear groups of levels, such as a photo: " + range(),
        "check that it is the mask, or set image.mask-rule = luma");
  }

  private String range() {
    int lowest = histogram.lowest();
    int highest = histogram.highest();
    return lowest == highest ? "level " + lowest : "levels " + lowest + " to " + highest;
  }
}
