package io.spackle.image;

import java.util.function.UnaryOperator;

/**
 * An image and its mask as a model sees them, and the way back. Immutable; made by {@link Framing}.
 */
public final class Frame {

  private final RgbImage image;
  private final Mask mask;
  private final RgbImage untouched;
  private final Mask outputMask;
  private final UnaryOperator<RgbImage> restore;

  /**
   * @param outputMask where the output differs from {@code untouched}, in its size, levels 0 or 255
   * @param restore from an image of the size of {@code image} to one of the size of {@code
   *     untouched}
   */
  Frame(
      RgbImage image,
      Mask mask,
      RgbImage untouched,
      Mask outputMask,
      UnaryOperator<RgbImage> restore) {
    this.image = image;
    this.mask = mask;
    this.untouched = untouched;
    this.outputMask = outputMask;
    this.restore = restore;
  }

  /** What the model sees; both sides are multiples of the size multiple. */
  public RgbImage image() {
    return image;
  }

  /** Where the model repaints: the same size as {@link #image()}, levels 0 or 255. */
  public Mask mask() {
    return mask;
  }

  /** Whether there is nothing to repaint: the output is {@link #untouched()}. */
  public boolean isBlank() {
    return mask.isBlank();
  }

  /** The share of the output's pixels that the mask repaints, 0 to 1. */
  public double maskCoverage() {
    return outputMask.coverage();
  }

  /** Where the output is repainted: the same size as {@link #untouched()}, levels 0 or 255. */
  public Mask outputMask() {
    return outputMask;
  }

  /** The output where nothing is repainted: the init image at output size. */
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
   * The output: the model's image, cropped, scaled and pasted back as the options say.
   *
   * @param painted the size of {@link #image()}
   * @throws IllegalArgumentException for another size
   */
  public RgbImage restore(RgbImage painted) {
    if (!image.plane().isSized(painted.width(), painted.height())) {
      throw new IllegalArgumentException(
          "a painted image of "
              + painted.width()
              + " x "
              + painted.height()
              + ", expected the size of the frame, "
              + image.width()
              + " x "
              + image.height());
    }
    return restore.apply(painted);
  }
}
