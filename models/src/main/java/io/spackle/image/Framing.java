package io.spackle.image;

import io.spackle.image.ImageException.Reason;
import java.util.function.UnaryOperator;

/**
 * From an init image and a mask to what a model sees, with the way back.
 *
 * <ol>
 *   <li>The mask is inverted and grown where asked, at the size of the init image.
 *   <li>Both are scaled ({@link Resize}), or the mask's surroundings are cut out and fitted into
 *       the asked size (crop padding; whatever {@link Resize} says, the output then has the size of
 *       the init image).
 *   <li>Right and bottom are padded to the size multiple: the image repeats its edge, the mask is 0
 *       there. {@link Frame#restore} cuts that off first.
 * </ol>
 *
 * <p>With {@link MaskReduction#MAX} a mask of another size than the init image is brought to its
 * size first. With {@link MaskReduction#NEAREST} it is resampled once, straight to its target, as
 * diffusers does.
 */
public final class Framing {

  /** The shortest side, in pixels, that leaves a model something to see: one latent cell. */
  static final int MIN_SIDE = 8;

  private Framing() {}

  /**
   * Frames one image.
   *
   * @param width the asked width in pixels, at least 8; no need to be a multiple of anything
   * @param height the asked height
   * @param sizeMultiple what both sides of {@link Frame#image()} shall be multiples of, at least 1
   * @throws ImageException {@code TOO_SMALL} if a side of the init image is below 8 pixels, {@code
   *     BAD_ASPECT} if one would be once it is scaled
   */
  public static Frame frame(
      RgbImage init, Mask mask, int width, int height, int sizeMultiple, FramingOptions options) {
    if (width < MIN_SIDE || height < MIN_SIDE || sizeMultiple < 1) {
      throw new IllegalArgumentException(
          "asked for "
              + width
              + " x "
              + height
              + " in multiples of "
              + sizeMultiple
              + ", expected sides of at least "
              + MIN_SIDE
              + " and a multiple of at least 1");
    }
    requireSides(init);
    Mask hole = prepare(init, mask, options);
    return options.cropPadding().isPresent()
        ? cropped(init, hole, width, height, sizeMultiple, options)
        : whole(init, hole, width, height, sizeMultiple, options);
  }

  private static Mask prepare(RgbImage init, Mask mask, FramingOptions options) {
    Mask hole = options.maskInvert() ? mask.inverted() : mask;
    if (options.maskReduction() == MaskReduction.NEAREST && options.maskGrow() == 0) {
      return hole; // diffusers resamples once, from the mask's own size
    }
    return atSizeOf(init, hole, options).grown(options.maskGrow());
  }

  private static Frame whole(
      RgbImage init, Mask hole, int width, int height, int sizeMultiple, FramingOptions options) {
    boolean stretch = options.resize() == Resize.STRETCH;
    Region size = stretch ? Region.of(width, height) : fitted(init, width, height);
    RgbImage scaled = Filter.LANCZOS.resize(init, size.width(), size.height());
    Mask scaledHole = options.maskReduction().resize(hole, size.width(), size.height()).binarised();
    boolean original = options.resize() == Resize.ORIGINAL;
    RgbImage untouched = original ? init : scaled;
    Mask outputHole = original ? atSizeOf(init, hole, options).binarised() : scaledHole;
    UnaryOperator<RgbImage> enlarge =
        painted -> Filter.LANCZOS.resize(painted, untouched.width(), untouched.height());
    UnaryOperator<RgbImage> finish =
        options.pasteBack() ? pasting(untouched, outputHole, options) : UnaryOperator.identity();
    return padded(
        scaled,
        scaledHole,
        sizeMultiple,
        untouched,
        outputHole,
        painted -> finish.apply(enlarge.apply(painted)));
  }

  private static Frame cropped(
      RgbImage init, Mask hole, int width, int height, int sizeMultiple, FramingOptions options) {
    Mask levels = seenLevels(init, hole, options);
    Mask outputHole = levels.binarised();
    Region region = // a blank mask has no surroundings
        levels.isBlank()
            ? Region.of(init.width(), init.height())
            : CropRegion.around(levels, width, height, options.cropPadding().getAsInt());
    Plane seen = EdgeFill.fill(init.plane().crop(region), width, height, Filter.LANCZOS::resize);
    Plane seenHole =
        EdgeFill.fill(
            levels.plane().crop(region),
            width,
            height,
            (plane, w, h) -> options.maskReduction().resize(Mask.of(plane), w, h).plane());
    UnaryOperator<RgbImage> finish =
        options.pasteBack()
            ? pasting(init, outputHole, options)
            : painted -> Compositor.overlay(init, painted, levels);
    return padded(
        RgbImage.of(seen),
        Mask.of(seenHole).binarised(),
        sizeMultiple,
        init,
        outputHole,
        painted -> finish.apply(putBack(init, painted, region)));
  }

  /** Faint levels, such as JPEG noise, widen the crop only where diffusers is followed. */
  private static Mask seenLevels(RgbImage init, Mask hole, FramingOptions options) {
    Mask levels = atSizeOf(init, hole, options);
    return options.maskReduction() == MaskReduction.MAX ? levels.binarised() : levels;
  }

  private static UnaryOperator<RgbImage> pasting(
      RgbImage untouched, Mask outputHole, FramingOptions options) {
    Mask shares = Compositor.feathered(outputHole, options.maskBlur());
    return painted -> Compositor.mix(untouched, painted, shares);
  }

  private static RgbImage putBack(RgbImage init, RgbImage painted, Region region) {
    Plane part = EdgeFill.cover(painted.plane(), region.width(), region.height());
    Plane canvas = init.plane().blank(init.width(), init.height());
    return RgbImage.of(canvas.place(part, region.left(), region.top()));
  }

  private static Frame padded(
      RgbImage image,
      Mask mask,
      int sizeMultiple,
      RgbImage untouched,
      Mask outputHole,
      UnaryOperator<RgbImage> restore) {
    int width = nextMultiple(image.width(), sizeMultiple);
    int height = nextMultiple(image.height(), sizeMultiple);
    Region content = Region.of(image.width(), image.height());
    return new Frame(
        RgbImage.of(image.plane().extendEdges(width, height)),
        Mask.of(mask.plane().extendZeros(width, height)),
        untouched,
        outputHole,
        painted -> restore.apply(RgbImage.of(painted.plane().crop(content))));
  }

  private static Mask atSizeOf(RgbImage init, Mask hole, FramingOptions options) {
    return options.maskReduction().resize(hole, init.width(), init.height());
  }

  private static Region fitted(RgbImage init, int width, int height) {
    boolean wide = (long) width * init.height() <= (long) height * init.width();
    int fitWidth = wide ? width : rounded(init.width(), height, init.height());
    int fitHeight = wide ? rounded(init.height(), width, init.width()) : height;
    requireScaledSides(init.width(), init.height(), fitWidth, fitHeight);
    return Region.of(fitWidth, fitHeight);
  }

  private static int rounded(int side, int numerator, int denominator) {
    return (int) ((2L * side * numerator + denominator) / (2L * denominator));
  }

  private static int nextMultiple(int side, int multiple) {
    return (side + multiple - 1) / multiple * multiple;
  }

  private static void requireSides(RgbImage init) {
    if (init.width() < MIN_SIDE || init.height() < MIN_SIDE) {
      throw new ImageException(
          Reason.TOO_SMALL,
          "the init image is "
              + init.width()
              + " x "
              + init.height()
              + " pixels, expected sides of at least "
              + MIN_SIDE
              + ": use a larger image");
    }
  }

  /** Throws if an image, or the part that is seen of it, is too long and thin to be scaled. */
  static void requireScaledSides(int width, int height, int scaledWidth, int scaledHeight) {
    if (scaledWidth < MIN_SIDE || scaledHeight < MIN_SIDE) {
      throw new ImageException(
          Reason.BAD_ASPECT,
          width
              + " x "
              + height
              + " pixels would be scaled to "
              + scaledWidth
              + " x "
              + scaledHeight
              + ", expected sides of at least "
              + MIN_SIDE
              + ": crop the image to less extreme proportions");
    }
  }
}
