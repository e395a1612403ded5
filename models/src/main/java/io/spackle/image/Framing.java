package io.spackle.image;

import io.spackle.image.FramingOptions.Composite;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.ImageException.Reason;
import java.util.function.UnaryOperator;

/**
 * The transformation of an init image and its mask to a model's input size, with its inverse.
 *
 * <ol>
 *   <li>The mask is grown if requested, at the size of the init image.
 *   <li>Both are scaled ({@link Resize}), or the masked region's surroundings are cropped and
 *       fitted into the requested size (crop padding; the output then has the size of the init
 *       image for any {@link Resize}).
 *   <li>Right and bottom are padded to the size multiple: the image with its edge pixels, the mask
 *       with 0. {@link Frame#restore} removes the padding first.
 * </ol>
 *
 * <p>With {@link MaskReduction#MAX} a mask of another size than the init image is resized to the
 * image's size first. With {@link MaskReduction#NEAREST} it is resampled once, directly to the
 * target size, as in diffusers.
 */
public final class Framing {

  /** The shortest side of an image in pixels: one latent cell. */
  static final int MIN_SIDE = 8;

  private Framing() {}

  /**
   * Frames one image.
   *
   * @param width the requested width in pixels, at least 8, not necessarily a multiple
   * @param height the requested height in pixels, likewise
   * @param sizeMultiple the number that both sides of {@link Frame#image()} are multiples of, at
   *     least 1
   * @throws ImageException {@code TOO_SMALL} if a side of the init image is below 8 pixels, {@code
   *     BAD_ASPECT} if a side would be once it is scaled
   */
  public static Frame frame(
      RgbImage init, Mask mask, int width, int height, int sizeMultiple, FramingOptions options) {
    if (width < MIN_SIDE || height < MIN_SIDE || sizeMultiple < 1) {
      throw new IllegalArgumentException(
          "requested size "
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
    if (options.cropPadding().kind() == CropPadding.Kind.AUTO) {
      throw new IllegalArgumentException("crop padding auto, expected pixels: see CropCanvas");
    }
    Given given = Given.of(init, mask, options);
    return options.cropPadding().crops()
        ? cropped(given, width, height, sizeMultiple)
        : scaled(given, width, height, sizeMultiple);
  }

  /** A mask at the size of its init image, grown as it will be. */
  public static Mask grownMask(RgbImage init, Mask mask, FramingOptions options) {
    return atSizeOf(init, mask, options).grown(options.maskGrow());
  }

  /**
   * Frames one image at its own size, for models that take any: only the options of the mask and of
   * pasting back count.
   */
  public static Frame unscaled(RgbImage init, Mask mask, FramingOptions options) {
    Given given = Given.of(init, mask, options.withResize(Resize.STRETCH));
    return scaled(given, init.width(), init.height(), 1);
  }

  /**
   * What is framed.
   *
   * @param mask levels from 128 on are masked
   * @param matte the share of the generated image; the mask itself unless it has soft edges
   */
  private record Given(RgbImage init, Mask mask, Mask matte, FramingOptions options) {

    static Given of(RgbImage init, Mask mask, FramingOptions options) {
      if (options.isMatte()) {
        Mask sized = options.sized(mask, init.width(), init.height());
        Mask matte = Matte.levels(sized.grown(options.maskGrow()));
        return new Given(init, matte.touched(), matte, options);
      }
      Mask prepared = prepare(init, mask, options);
      return new Given(init, prepared, prepared, options);
    }

    /** The joining of a generated image with the init image at the size of the output. */
    UnaryOperator<RgbImage> pasting(RgbImage untouched, Mask outputMask) {
      if (options.isMatte()) {
        boolean keepsShadow = options.composite() == Composite.MATTE_WITH_SHADOW;
        Mask shares = Filter.BILINEAR.resize(matte, untouched.width(), untouched.height());
        if (keepsShadow || Matte.isSoft(shares)) {
          return new Matte(untouched, shares, keepsShadow);
        }
      }
      Mask opacity = Compositor.feathered(outputMask, options.maskBlur());
      UnaryOperator<RgbImage> paste = generated -> Compositor.blend(untouched, generated, opacity);
      return options.composite() == Composite.RECOLOUR
          ? generated -> paste.apply(new Recolouring(untouched, outputMask).apply(generated))
          : paste;
    }
  }

  /**
   * Whether crop padding shows a model less than the complete image.
   *
   * @param mask of the image's size
   * @param width the requested width
   * @param height the requested height
   * @param padding in pixels
   */
  public static boolean crops(Mask mask, int width, int height, int padding) {
    Mask levels = mask.binarised();
    return !levels.isBlank()
        && !Region.around(levels, width, height, padding)
            .equals(Region.of(mask.width(), mask.height()));
  }

  private static Mask prepare(RgbImage init, Mask mask, FramingOptions options) {
    if (options.maskReduction() == MaskReduction.NEAREST && options.maskGrow() == 0) {
      return mask; // diffusers resamples once, from the mask's original size
    }
    return grownMask(init, mask, options);
  }

  private static Frame scaled(Given given, int width, int height, int sizeMultiple) {
    RgbImage init = given.init();
    Mask mask = given.mask();
    FramingOptions options = given.options();
    boolean stretch = options.resize() == Resize.STRETCH;
    Region size = stretch ? Region.of(width, height) : fitted(init, width, height);
    RgbImage scaledInit = Filter.LANCZOS.resize(init, size.width(), size.height());
    Mask scaledMask = options.maskReduction().resize(mask, size.width(), size.height()).binarised();
    boolean original = options.resize() == Resize.ORIGINAL;
    RgbImage untouched = original ? init : scaledInit;
    Mask outputMask = original ? atSizeOf(init, mask, options).binarised() : scaledMask;
    UnaryOperator<RgbImage> enlarge =
        generated -> Filter.LANCZOS.resize(generated, untouched.width(), untouched.height());
    UnaryOperator<RgbImage> finish =
        options.pasteBack() ? given.pasting(untouched, outputMask) : UnaryOperator.identity();
    return padded(
        scaledInit,
        scaledMask,
        sizeMultiple,
        new Target(untouched, outputMask, options.pasteBack()),
        generated -> finish.apply(enlarge.apply(generated)));
  }

  private static Frame cropped(Given given, int width, int height, int sizeMultiple) {
    RgbImage init = given.init();
    FramingOptions options = given.options();
    Mask levels = cropLevels(init, given.mask(), options);
    Mask outputMask = levels.binarised();
    Region region = // a blank mask has no region
        levels.isBlank()
            ? Region.of(init.width(), init.height())
            : Region.around(levels, width, height, options.cropPadding().pixels());
    Plane view = EdgeFill.fill(init.plane().crop(region), width, height, Filter.LANCZOS::resize);
    Plane viewMask =
        EdgeFill.fill(
            levels.plane().crop(region),
            width,
            height,
            (plane, w, h) -> options.maskReduction().resize(Mask.of(plane), w, h).plane());
    UnaryOperator<RgbImage> finish =
        options.pasteBack()
            ? given.pasting(init, outputMask)
            : generated -> Compositor.overlay(init, generated, levels);
    return padded(
        RgbImage.of(view),
        Mask.of(viewMask).binarised(),
        sizeMultiple,
        new Target(init, outputMask, options.pasteBack()),
        generated -> finish.apply(putBack(init, generated, region)));
  }

  /**
   * The levels that determine the crop; faint ones, such as JPEG noise, count only in diffusers.
   */
  private static Mask cropLevels(RgbImage init, Mask mask, FramingOptions options) {
    Mask levels = atSizeOf(init, mask, options);
    return options.maskReduction() == MaskReduction.MAX ? levels.binarised() : levels;
  }

  private static RgbImage putBack(RgbImage init, RgbImage generated, Region region) {
    Plane part = EdgeFill.cover(generated.plane(), region.width(), region.height());
    Plane canvas = init.plane().blank(init.width(), init.height());
    return RgbImage.of(canvas.place(part, region.left(), region.top()));
  }

  /** What the output is compared with: see {@link Frame}. */
  private record Target(RgbImage untouched, Mask outputMask, boolean pasted) {}

  private static Frame padded(
      RgbImage image, Mask mask, int sizeMultiple, Target target, UnaryOperator<RgbImage> restore) {
    int width = nextMultiple(image.width(), sizeMultiple);
    int height = nextMultiple(image.height(), sizeMultiple);
    Region content = Region.of(image.width(), image.height());
    return new Frame(
        RgbImage.of(image.plane().extendEdges(width, height)),
        Mask.of(mask.plane().extendZeros(width, height)),
        target.untouched(),
        target.outputMask(),
        target.pasted(),
        generated -> restore.apply(RgbImage.of(generated.plane().crop(content))));
  }

  private static Mask atSizeOf(RgbImage init, Mask mask, FramingOptions options) {
    return options.maskReduction().resize(mask, init.width(), init.height());
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

  /** Throws if an image or its crop is too elongated to be scaled. */
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
