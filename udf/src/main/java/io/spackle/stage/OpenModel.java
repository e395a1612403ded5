package io.spackle.stage;

import io.spackle.family.Inpainter;

/**
 * A model that is open on one device, and what the rows on their way to it share.
 *
 * @param inpainter what may be asked of it from any thread; only the lane paints
 */
record OpenModel(Inpainter inpainter, Lane lane, Slots slots) implements AutoCloseable {

  @Override
  public void close() {
    lane.close();
  }
}
