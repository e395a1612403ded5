package io.spackle.model;

import io.spackle.family.Inpainter;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;

/**
 * A model that is open on one device, and what the rows on their way to it share.
 *
 * @param inpainter what may be asked of it from any thread; only the lane paints
 */
public record OpenModel(Inpainter inpainter, Lane lane, InFlightLimits slots)
    implements AutoCloseable {

  @Override
  public void close() {
    lane.close();
  }
}
