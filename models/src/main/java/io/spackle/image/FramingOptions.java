package io.spackle.image;

import java.io.Serializable;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What {@link Framing} does beside scaling.
 *
 * @param resize how the init image comes to the asked size
 * @param cropPadding the model sees only the mask's surroundings, widened by this many pixels of
 *     the init image; empty: it sees everything
 * @param maskReduction how the mask is brought to other sizes
 * @param pasteBack whether pixels outside the mask are taken from the init image, bit by bit;
 *     otherwise they are what the model makes of them
 * @param maskBlur how many pixels of the output a soft edge takes, inside the mask; with paste-back
 *     only
 * @param maskGrow by how many pixels of the init image the mask is widened
 * @param maskInvert whether black repaints; applied before anything else
 */
public record FramingOptions(
    Resize resize,
    OptionalInt cropPadding,
    MaskReduction maskReduction,
    boolean pasteBack,
    int maskBlur,
    int maskGrow,
    boolean maskInvert)
    implements Serializable {

  public FramingOptions {
    Objects.requireNonNull(resize, "resize");
    Objects.requireNonNull(maskReduction, "maskReduction");
    notNegative("crop padding", cropPadding.orElse(0));
    notNegative("mask blur", maskBlur);
    notNegative("mask growth", maskGrow);
  }

  /** Fit, no crop, no thin mask lost, kept pixels kept. */
  public static FramingOptions defaults() {
    return new FramingOptions(
        Resize.FIT, OptionalInt.empty(), MaskReduction.MAX, true, 0, 0, false);
  }

  public FramingOptions withResize(Resize other) {
    return new FramingOptions(
        other, cropPadding, maskReduction, pasteBack, maskBlur, maskGrow, maskInvert);
  }

  public FramingOptions withCropPadding(OptionalInt other) {
    return new FramingOptions(
        resize, other, maskReduction, pasteBack, maskBlur, maskGrow, maskInvert);
  }

  public FramingOptions withMaskReduction(MaskReduction other) {
    return new FramingOptions(
        resize, cropPadding, other, pasteBack, maskBlur, maskGrow, maskInvert);
  }

  public FramingOptions withPasteBack(boolean other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, other, maskBlur, maskGrow, maskInvert);
  }

  public FramingOptions withMaskGrow(int other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, pasteBack, maskBlur, other, maskInvert);
  }

  public FramingOptions withMaskInvert(boolean other) {
    return new FramingOptions(
        resize, cropPadding, maskReduction, pasteBack, maskBlur, maskGrow, other);
  }

  private Object writeReplace() {
    Integer padding = cropPadding.isPresent() ? cropPadding.getAsInt() : null;
    return new Stored(resize, padding, maskReduction, pasteBack, maskBlur, maskGrow, maskInvert);
  }

  /** The serial form: an {@link OptionalInt} has none. */
  private record Stored(
      Resize resize,
      Integer cropPadding,
      MaskReduction maskReduction,
      boolean pasteBack,
      int maskBlur,
      int maskGrow,
      boolean maskInvert)
      implements Serializable {

    private Object readResolve() {
      OptionalInt padding = cropPadding == null ? OptionalInt.empty() : OptionalInt.of(cropPadding);
      return new FramingOptions(
          resize, padding, maskReduction, pasteBack, maskBlur, maskGrow, maskInvert);
    }
  }

  private static void notNegative(String name, int pixels) {
    if (pixels < 0) {
      throw new IllegalArgumentException(name + " of " + pixels + " pixels, expected 0 or more");
    }
  }
}
