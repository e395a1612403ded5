package io.spackle.model;

import io.spackle.family.Inpainter;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;

/**
 * A model that is open on one device, with its lane and the limits of the rows in flight.
 *
 * @param inpainter for its traits and checks, from any thread; only the lane runs it
 * @param digest of the model's files; path and version of a built-in one
 * @param limits shared by all rows of the lane
 */
public record OpenModel(Inpainter inpainter, String digest, Lane lane, InFlightLimits limits)
    implements AutoCloseable {

  @Override
  public void close() {
    lane.close();
  }
}
