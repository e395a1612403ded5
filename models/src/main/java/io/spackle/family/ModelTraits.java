package io.spackle.family;

import io.spackle.image.FramingOptions.Resize;
import java.io.Serializable;
import java.util.List;

/**
 * What a family, with the weights of one model folder, accepts and assumes.
 *
 * @param family the family's name in configuration, such as sd15
 * @param model the name of the model in meta rows
 * @param sizes of images in pixels
 * @param limits the ranges of a row's parameters
 * @param defaults where a row leaves parameters out
 * @param schedulers the names of the algorithms that rows may choose
 * @param guide what tells the model what to generate
 */
public record ModelTraits(
    String family,
    String model,
    Sizes sizes,
    Limits limits,
    Defaults defaults,
    List<String> schedulers,
    Guide guide)
    implements Serializable {

  /** What tells a model what to generate. */
  public enum Guide {
    /** A text: a row needs a prompt. */
    PROMPT,
    /** An image of a garment: a row needs a reference image, and its prompts change nothing. */
    REFERENCE,
    /**
     * Nothing: the masked region is filled from its surroundings alone, and a row's prompts, seed,
     * steps, guidance, strength and scheduler change nothing.
     */
    NONE,
    /** What is under the mask already: nothing else of a row, and no model, changes it. */
    FILL,
    /**
     * Pixels of the image itself, which are copied into the masked region: a row may exclude some
     * of them. Its seed gives another fill; its prompts, steps, guidance, strength and scheduler
     * change nothing.
     */
    PATCHES
  }

  /**
   * The sides of images, in pixels.
   *
   * @param nativeSide the side that the model was trained at, used where a row gives no size; 0 if
   *     the model works at the size of each init image, see {@link #ofImage}
   * @param multiple sides must be multiples of this
   * @param stretchMultiple sides are rounded down to multiples of this where images are stretched,
   *     as the reference pipeline does; 1 where it does not
   */
  public record Sizes(int nativeSide, int multiple, int stretchMultiple) implements Serializable {

    /** The sizes of a model that works at the size of each init image, whatever a row asks for. */
    static Sizes ofImage() {
      return new Sizes(0, 1, 1);
    }

    /** Whether the model works at the size of each init image, whatever a row asks for. */
    public boolean areOfImage() {
      return nativeSide == 0;
    }
  }

  /**
   * Parameters where a row leaves them out.
   *
   * @param scheduler the one of the model folder, or null where there are no steps
   */
  public record Defaults(int steps, double guidanceScale, double strength, String scheduler)
      implements Serializable {}

  public ModelTraits {
    schedulers = List.copyOf(schedulers);
  }

  /** Whether the model removes what is masked, without being told what to generate instead. */
  public boolean erases() {
    return guide != Guide.PROMPT && guide != Guide.REFERENCE;
  }

  /** Whether another seed gives another image. */
  public boolean usesSeed() {
    return guide != Guide.NONE && guide != Guide.FILL;
  }

  /** Whether the model fills the alpha of an image as it fills a colour. */
  public boolean fillsAlpha() {
    return guide == Guide.NONE || guide == Guide.PATCHES;
  }

  /**
   * Whether the model may get a reference image in context: beside the image, on the same canvas.
   */
  public boolean takesReferenceInContext() {
    return guide == Guide.PROMPT;
  }

  /**
   * The side that an image is framed to.
   *
   * @param side asked for, in pixels
   */
  public int framedSide(int side, Resize resize) {
    return resize == Resize.STRETCH ? side / sizes.stretchMultiple * sizes.stretchMultiple : side;
  }
}
