package io.spackle.family;

import io.spackle.image.FramingOptions.Resize;
import java.io.Serializable;
import java.util.List;

/**
 * What a family, with the weights of one bundle, accepts and assumes.
 *
 * @param family the family's name in configuration, such as sd15
 * @param model what the bundle is called, for the record
 * @param nativeSize the side in pixels that the model was trained at, used where a row names no
 *     size
 * @param sizeMultiple canvas sides must be multiples of this
 * @param stretchStep sides are rounded down to multiples of this where images are stretched, as the
 *     reference pipeline does; 1 where it does not
 * @param limits the ranges of a row's parameters
 * @param defaultSteps inference steps where a row names none
 * @param defaultGuidanceScale likewise
 * @param defaultStrength likewise
 * @param defaultScheduler likewise: the bundle's own, or null where there are no steps
 * @param schedulers the names of the algorithms that rows may choose
 * @param promptless whether the hole is filled from what surrounds it alone: a row needs no prompt,
 *     and its prompts, seed, steps, guidance, strength and scheduler change nothing
 */
public record ModelTraits(
    String family,
    String model,
    int nativeSize,
    int sizeMultiple,
    int stretchStep,
    Limits limits,
    int defaultSteps,
    double defaultGuidanceScale,
    double defaultStrength,
    String defaultScheduler,
    List<String> schedulers,
    boolean promptless)
    implements Serializable {

  public ModelTraits {
    schedulers = List.copyOf(schedulers);
  }

  /**
   * The side that an image is framed to.
   *
   * @param side asked for, in pixels
   */
  public int framedSide(int side, Resize resize) {
    return resize == Resize.STRETCH ? side / stretchStep * stretchStep : side;
  }
}
