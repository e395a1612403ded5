package io.spackle.family;

import io.spackle.image.Resize;
import java.io.Serializable;
import java.util.List;

/**
 * What a family, with the weights of one bundle, accepts and assumes.
 *
 * @param family the family's name in configuration: sd15, sdxl, flux-fill
 * @param model what the bundle says it is: its name or path, for the record
 * @param nativeSize the side in pixels that the model was trained at, used where a row names no
 *     size
 * @param sizeMultiple canvas sides must be multiples of this
 * @param stretchStep sides are rounded down to multiples of this where pictures are stretched, as
 *     the reference pipeline does; 1 where it does not
 * @param limits the ranges of a row's parameters
 * @param defaultSteps inference steps where a row names none
 * @param defaultGuidanceScale likewise
 * @param defaultStrength likewise
 * @param schedulers the names of the algorithms that the family can use
 */
public record Traits(
    String family,
    String model,
    int nativeSize,
    int sizeMultiple,
    int stretchStep,
    Limits limits,
    int defaultSteps,
    double defaultGuidanceScale,
    double defaultStrength,
    List<String> schedulers)
    implements Serializable {

  public Traits {
    schedulers = List.copyOf(schedulers);
  }

  /**
   * The side that a picture is framed to.
   *
   * @param side asked for, in pixels
   */
  public int framedSide(int side, Resize resize) {
    return resize == Resize.STRETCH ? side / stretchStep * stretchStep : side;
  }
}
