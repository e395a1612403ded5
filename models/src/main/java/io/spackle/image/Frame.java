package io.spackle.image;

import java.util.function.UnaryOperator;

/**
 * An image and its mask at the size that a model works in, with the inverse transformation.
 * Immutable; created by {@link Framing}.
 */
public final class Frame {

  private final RgbImage image;
  private final Mask mask;
  private final RgbImage untouched;
  private final Mask outputMask;
  private final boolean pasted;
  private final UnaryOperator<RgbImage> restore;

  /**
   * @param outputMask where the output differs from {@code untouched}, of the same size, levels 0
   *     or 255
   * @param pasted whether the output equals {@code untouched} outside that mask
   * @param restore the transformation from an image of the size of {@code image} to one of the size
   *     of {@code untouched}
   */
  Frame(
      RgbImage image,
      Mask mask,
      RgbImage untouched,
      Mask outputMask,
      boolean pasted,
      UnaryOperator<RgbImage> restore) {
    this.image = image;
    this.mask = mask;
    this.untouched = untouched;
    this.outputMask = outputMask;
    this.pasted = pasted;
    this.restore = restore;
  }

  /** The image for the model; both sides are multiples of the size multiple. */
  public RgbImage image() {
    return image;
  }

  /** The mask for the model: the same size as {@link #image()}, levels 0 or 255. */
  public Mask mask() {
    return mask;
  }

  /** Whether nothing is masked, so that the output is {@link #untouched()}. */
  public boolean isBlank() {
    return mask.isBlank();
  }

  /** The fraction of the output's pixels that are masked, 0 to 1. */
  public double maskCoverage() {
    return outputMask.coverage();
  }

  /** The mask of the output: the same size as {@link #untouched()}, levels 0 or 255. */
  public Mask outputMask() {
    return outputMask;
  }

  /** Where the output may differ from {@link #untouched()}, of the same size: levels above 0. */
  public Mask changedRegion() {
    return pasted ? outputMask : Mask.full(outputWidth(), outputHeight());
  }

  /** The output outside the masked region: the init image at output size. */
  public RgbImage untouched() {
    return untouched;
  }

  public int outputWidth() {
    return untouched.width();
  }

  public int outputHeight() {
    return untouched.height();
  }

  /**
   * The output: the generated image, cropped, scaled and pasted back according to the options.
   *
   * @param generated of the size of {@link #image()}
   * @throws IllegalArgumentException for another size
   */
  public RgbImage restore(RgbImage generated) {
    if (!image.plane().isSized(generated.width(), generated.height())) {
      throw new IllegalArgumentException(
          "a generated image of "
              + generated.width()
              + " x "
              + generated.height()
              + ", expected the size of the frame, "
              + image.width()
              + " x "
              + image.height());
    }
    return restore.apply(generated);
  }
}
