package io.spackle.image;

import java.io.Serializable;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * The options of {@link Framing}.
 *
 * @param resize how the init image is scaled to the requested size
 * @param cropPadding the model sees only the masked region's surroundings, widened by this many
 *     pixels of the init image; if empty, it sees the complete image
 * @param maskReduction how the mask is resized
 * @param pasteBack whether pixels outside the mask are bit-identical to the init image; otherwise
 *     they come from the model too
 * @param maskBlur width of the soft edge inside the mask, in pixels of the output; with paste-back
 *     only
 * @param maskGrow pixels of the init image by which the mask is grown
 * @param composite how the generated image and the init image are joined at the edge of the mask;
 *     with paste-back only
 */
public record FramingOptions(
    Resize resize,
    OptionalInt cropPadding,
    MaskReduction maskReduction,
    boolean pasteBack,
    int maskBlur,
    int maskGrow,
    Composite composite)
    implements Serializable {

  /** How the generated image and the init image are joined. */
  public enum Composite {
    /** A pixel is masked from level 128 on, and the init image is kept elsewhere. */
    PASTE,
    /**
     * The levels of the mask are shares of the generated image. Under soft edges the colour of what
     * is kept is estimated, without its old background.
     */
    MATTE,
    /** Like {@link #MATTE}; the generated image is darkened by the shadow of what is kept. */
    MATTE_WITH_SHADOW,
    /**
     * Only the colour of the generated image counts: the masked region keeps its light, and the
     * soft edge of the thing that it outlines.
     */
    RECOLOUR
  }

  /** The scaling of the init image to the requested size, and the size of the output. */
  public enum Resize {
    /** To exactly that size; proportions change. The output has that size. */
    STRETCH,
    /** As large as fits into that size; proportions are kept. The output has the fitted size. */
    FIT,
    /** The model works as in {@link #FIT}; the output has the size of the init image. */
    ORIGINAL
  }

  public FramingOptions {
    Objects.requireNonNull(resize, "resize");
    Objects.requireNonNull(maskReduction, "maskReduction");
    Objects.requireNonNull(composite, "composite");
    notNegative("crop padding", cropPadding.orElse(0));
    notNegative("mask blur", maskBlur);
    notNegative("mask growth", maskGrow);
  }

  /** Fit, no crop, no thin mask lost, pixels outside the mask kept. */
  public static FramingOptions defaults() {
    return new FramingOptions(
        Resize.FIT, OptionalInt.empty(), MaskReduction.MAX, true, 0, 0, Composite.PASTE);
  }

  /** Whether the levels of masks are shares. */
  public boolean isMatte() {
    return composite == Composite.MATTE || composite == Composite.MATTE_WITH_SHADOW;
  }

  /** A mask in another size: with its levels if they are shares. */
  public Mask sized(Mask mask, int width, int height) {
    return isMatte()
        ? Filter.BILINEAR.resize(mask, width, height)
        : maskReduction.resize(mask, width, height);
  }

  public FramingOptions withResize(Resize other) {
    return new FramingOptions(
        other, cropPadding, maskReduction, pasteBack, maskBlur, maskGrow, composite);
  }

  public FramingOptions withCropPadding(OptionalInt other) {
    return new FramingOptions(
        resize, other, maskReduction, pasteBack, maskBlur, maskGrow, composite);
  }

  public FramingOptions withMaskReduction(MaskReduction other) {
    return new FramingOptions(resize, cropPadding, other, pasteBack, maskBlur, maskGrow, composite);
  }

  public FramingOptions withPasteBack(boolean other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, other, maskBlur, maskGrow, composite);
  }

  public FramingOptions withMaskGrow(int other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, pasteBack, maskBlur, other, composite);
  }

  public FramingOptions withComposite(Composite other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, pasteBack, maskBlur, maskGrow, other);
  }

  private Object writeReplace() {
    Integer padding = cropPadding.isPresent() ? cropPadding.getAsInt() : null;
    return new Stored(resize, padding, maskReduction, pasteBack, maskBlur, maskGrow, composite);
  }

  /** The serialized form: an {@link OptionalInt} is not serializable. */
  private record Stored(
      Resize resize,
      Integer cropPadding,
      MaskReduction maskReduction,
      boolean pasteBack,
      int maskBlur,
      int maskGrow,
      Composite composite)
      implements Serializable {

    private Object readResolve() {
      OptionalInt padding = cropPadding == null ? OptionalInt.empty() : OptionalInt.of(cropPadding);
      return new FramingOptions(
          resize, padding, maskReduction, pasteBack, maskBlur, maskGrow, composite);
    }
  }

  private static void notNegative(String name, int pixels) {
    if (pixels < 0) {
      throw new IllegalArgumentException(name + " of " + pixels + " pixels, expected 0 or more");
    }
  }
}
