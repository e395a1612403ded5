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
 * @param composite how generated pixels replace masked ones; with paste-back only
 * @param maskBlur width of the soft edge inside the mask, in pixels of the output; with paste-back
 *     only
 * @param maskGrow pixels of the init image by which the mask is grown
 */
public record FramingOptions(
    Resize resize,
    OptionalInt cropPadding,
    MaskReduction maskReduction,
    boolean pasteBack,
    Composite composite,
    int maskBlur,
    int maskGrow)
    implements Serializable {

  /** The scaling of the init image to the requested size, and the size of the output. */
  public enum Resize {
    /** To exactly that size; proportions change. The output has that size. */
    STRETCH,
    /** As large as fits into that size; proportions are kept. The output has the fitted size. */
    FIT,
    /** The model works as in {@link #FIT}; the output has the size of the init image. */
    ORIGINAL
  }

  /** How generated pixels replace masked ones. */
  public enum Composite {
    /** As they are. */
    PASTE,
    /** Only their colour does: the light of the init image stays. */
    RECOLOUR
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
    return new FramingOptions(Resize.FIT, OptionalInt.empty(), MaskReduction.MAX, true, Composite.PASTE, 0, 0);
  }

  public FramingOptions withResize(Resize other) {
    return new FramingOptions(other, cropPadding, maskReduction, pasteBack, composite, maskBlur, maskGrow);
  }

  public FramingOptions withCropPadding(OptionalInt other) {
    return new FramingOptions(resize, other, maskReduction, pasteBack, composite, maskBlur, maskGrow);
  }

  public FramingOptions withMaskReduction(MaskReduction other) {
    return new FramingOptions(resize, cropPadding, other, pasteBack, composite, maskBlur, maskGrow);
  }

  public FramingOptions withPasteBack(boolean other) {
    return new FramingOptions(resize, cropPadding, maskReduction, other, composite, maskBlur, maskGrow);
  }

  public FramingOptions withComposite(Composite other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, pasteBack, other, maskBlur, maskGrow);
  }

  public FramingOptions withMaskGrow(int other) {
    return new FramingOptions(resize, cropPadding, maskReduction, pasteBack, composite, maskBlur, other);
  }

  private Object writeReplace() {
    Integer padding = cropPadding.isPresent() ? cropPadding.getAsInt() : null;
    return new Stored(resize, padding, maskReduction, pasteBack, composite, maskBlur, maskGrow);
  }

  /** The serialized form: an {@link OptionalInt} is not serializable. */
  private record Stored(
      Resize resize,
      Integer cropPadding,
      MaskReduction maskReduction,
      boolean pasteBack,
      Composite composite,
      int maskBlur,
      int maskGrow)
      implements Serializable {

    private Object readResolve() {
      OptionalInt padding = cropPadding == null ? OptionalInt.empty() : OptionalInt.of(cropPadding);
      return new FramingOptions(resize, padding, maskReduction, pasteBack, composite, maskBlur, maskGrow);
    }
  }

  private static void notNegative(String name, int pixels) {
    if (pixels < 0) {
      throw new IllegalArgumentException(name + " of " + pixels + " pixels, expected 0 or more");
    }
  }
}
