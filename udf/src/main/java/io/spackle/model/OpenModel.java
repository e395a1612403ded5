package io.spackle.model;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;
import io.spackle.model.ModelSettings.Origin;

/**
 * A model that is open on one device, with its lane and the limits of the rows in flight.
 *
 * @param inpainter for its traits and checks, from any thread; only the lane runs it
 * @param origin where the model comes from
 * @param limits shared by all rows of the lane
 */
public record OpenModel(
    Inpainter inpainter,
    Origin origin,
    Lane<InpaintParameters, InpaintInput, InpaintedImage> lane,
    InFlightLimits limits)
    implements AutoCloseable {

  @Override
  public void close() {
    lane.close();
  }
}
