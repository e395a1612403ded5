package io.spackle.pipeline;

import io.spackle.mask.RowMasks;
import io.spackle.source.ImageSource;

/**
 * What the rows of a task are made from.
 *
 * @param source of their files
 * @param masks of rows, whatever they are made from
 */
public record RowInputs(ImageSource source, RowMasks masks) {

  /** These inputs with another source. */
  public RowInputs withSource(ImageSource other) {
    return new RowInputs(other, masks);
  }
}
