package io.spackle.mask;

import io.spackle.codec.MaskReading;

/**
 * The mask of a row, whatever it was made from.
 *
 * @param reading the mask and the remarks on it
 * @param isSkipped whether nothing was found and the row is to have no image then
 */
public record MadeMask(MaskReading reading, boolean isSkipped) {

  static MadeMask of(MaskReading reading) {
    return new MadeMask(reading, false);
  }
}
