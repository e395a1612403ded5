package io.spackle.family;

import io.spackle.image.Mask;
import io.spackle.image.Plane;
import io.spackle.image.Region;
import io.spackle.image.RgbImage;

/**
 * The canvas that an image shares with its reference image, so that an inpainting model sees both:
 * two fields of the image's size, of which only the image's is masked and kept.
 *
 * <p>The layout of Huang et al., "In-Context LoRA for Diffusion Transformers" (2024), which
 * fine-tuned weights for try-on follow. The reference image keeps its proportions, centred on
 * white.
 *
 * @param layout not {@link ReferenceLayout#NONE}
 * @param width of the image in pixels
 * @param height likewise
 */
record ReferenceCanvas(ReferenceLayout layout, int width, int height) {

  /** The canvas of images with given parameters, which have a layout. */
  static ReferenceCanvas of(InpaintParameters parameters) {
    return new ReferenceCanvas(parameters.reference(), parameters.width(), parameters.height());
  }

  private boolean isLeft() {
    return layout == ReferenceLayout.LEFT;
  }

  /** The parameters of the canvas, which has no further reference image. */
  InpaintParameters joined(InpaintParameters parameters) {
    return new InpaintParameters(
        isLeft() ? 2 * width : width,
        isLeft() ? height : 2 * height,
        parameters.sampling(),
        parameters.maskReduction(),
        parameters.safetyChecked(),
        ReferenceLayout.NONE);
  }

  /**
   * An image and its reference image on one canvas.
   *
   * @param input of the image's size
   * @throws IllegalArgumentException if it has no reference image
   */
  InpaintInput joined(InpaintInput input) {
    if (input.reference() == null) {
      throw new IllegalArgumentException(
          "no reference image found, one expected: the parameters lay it out in context");
    }
    Plane reference = input.referenceWithin(width, height).plane();
    Plane blank = input.mask().plane().blank(width, height);
    return new InpaintInput(
        RgbImage.of(joined(input.image().plane(), reference)),
        Mask.of(joined(input.mask().plane(), blank)),
        input.prompt(),
        input.negativePrompt(),
        null,
        input.seed());
  }

  private Plane joined(Plane image, Plane reference) {
    return isLeft()
        ? image.blank(2 * width, height).place(reference, 0, 0).place(image, width, 0)
        : image.blank(width, 2 * height).place(image, 0, 0).place(reference, 0, height);
  }

  /** The image's part of a generated canvas. */
  InpaintedImage cut(InpaintedImage canvas) {
    int left = isLeft() ? width : 0;
    Region part = new Region(left, 0, left + width, height);
    return new InpaintedImage(() -> canvas.image().crop(part), canvas.notes());
  }
}
