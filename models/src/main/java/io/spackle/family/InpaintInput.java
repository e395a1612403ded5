package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Letterbox;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.patchmatch.FillRequest;
import io.spackle.patchmatch.PatchMatchFill;
import io.spackle.tensor.FloatTensor;
import java.util.Optional;

/**
 * One image to inpaint.
 *
 * @param image of the size in the parameters
 * @param mask of the same size, levels 0 or 255; 255 is inpainted
 * @param prompt may be empty
 * @param negativePrompt null for none; used only where guidance is on
 * @param reference the image of a garment, of any size. Models guided by {@link
 *     ModelTraits.Guide#REFERENCE} require it, and so do parameters with a {@link ReferenceLayout};
 *     others ignore it; null for none
 * @param sources which pixels may be copied. Models guided by {@link ModelTraits.Guide#PATCHES}
 *     copy some, others none
 * @param seed of the image's own noise, where it counts modulo 2^32, or of its fill
 */
public record InpaintInput(
    RgbImage image,
    Mask mask,
    String prompt,
    String negativePrompt,
    RgbImage reference,
    Sources sources,
    long seed) {

  private static final int WHITE = 0xFFFFFF;

  /** An input of which every pixel outside the masked region may be copied. */
  public InpaintInput(
      RgbImage image,
      Mask mask,
      String prompt,
      String negativePrompt,
      RgbImage reference,
      long seed) {
    this(image, mask, prompt, negativePrompt, reference, Sources.ALL, seed);
  }

  /** This input with other pixels that may be copied. */
  public InpaintInput withSources(Sources other) {
    return new InpaintInput(image, mask, prompt, negativePrompt, reference, other, seed);
  }

  /**
   * The pixels that may be copied into the masked region: those outside it that are not excluded.
   *
   * @param excluded of the image's size; pixels of at least 128 are not copied
   * @param opaque of the image's size; pixels below 128 have no colour of their own: they are
   *     neither copied nor compared
   */
  public record Sources(Optional<Mask> excluded, Optional<Mask> opaque) {

    /** Every pixel outside the masked region. */
    public static final Sources ALL = new Sources(Optional.empty(), Optional.empty());
  }

  /**
   * This input with the masked region filled with patches of the image: a start for models that
   * keep part of what is masked.
   *
   * @param threads of the fill, at least 1
   * @throws ImageException {@code NOTHING_TO_COPY} if no pixel may be copied
   * @throws java.util.concurrent.CancellationException if cancelled
   */
  public InpaintInput filled(int threads, Cancellation cancellation) {
    return showing(new PatchMatchFill(threads).fill(fillRequest(), cancellation));
  }

  /**
   * This input with the masked region in one colour.
   *
   * @param colour 0xRRGGBB
   */
  public InpaintInput filled(int colour) {
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int pixel = i / RgbImage.CHANNELS;
      if (mask.isMasked(pixel % mask.width(), pixel / mask.width())) {
        pixels[i] = (byte) (colour >> 8 * (2 - i % RgbImage.CHANNELS));
      }
    }
    return showing(new RgbImage(image.width(), image.height(), pixels));
  }

  /** This input with another image of the same size. */
  private InpaintInput showing(RgbImage other) {
    return new InpaintInput(other, mask, prompt, negativePrompt, reference, sources, seed);
  }

  /**
   * The request to fill the masked region with patches of the image.
   *
   * @throws ImageException {@code NOTHING_TO_COPY} if no pixel may be copied
   */
  FillRequest fillRequest() {
    FillRequest request = new FillRequest(image, mask, sources.excluded(), sources.opaque(), seed);
    if (!request.hasSources()) {
      throw new ImageException(
          Reason.NOTHING_TO_COPY,
          "every pixel is masked, excluded or transparent, expected some that can be copied: mask or"
              + " exclude less of the image");
    }
    return request;
  }

  /** The reference image within a size: its proportions kept, centred on white. */
  RgbImage referenceWithin(int width, int height) {
    return Letterbox.fit(reference, width, height, WHITE);
  }

  /** The negative prompt, the empty text for none. */
  String negativePromptOrEmpty() {
    return negativePrompt == null ? "" : negativePrompt;
  }

  /** The masked image: (1, 3, height, width) in -1 to 1, with 0, mid grey, where it is masked. */
  FloatTensor maskedPixels() {
    float[] pixels = image.toTensor().data();
    byte[] levels = mask.binarised().levels();
    for (int from = 0; from < pixels.length; from += levels.length) {
      for (int i = 0; i < levels.length; i++) {
        pixels[from + i] = levels[i] == 0 ? pixels[from + i] : 0;
      }
    }
    return FloatTensor.of(pixels, 1, 3, image.height(), image.width());
  }
}
