package io.spackle.pipeline;

import io.spackle.family.InpaintParameters;
import io.spackle.family.Inpainter;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;

/**
 * What a row asks of the model.
 *
 * @param parameters of all its images, with their canvas
 * @param images that the model generates, those of a filled alpha included
 * @param calls of the network that each of them takes
 */
public record ModelDemand(InpaintParameters parameters, int images, int calls) {

  /**
   * What a framed row asks for.
   *
   * @throws RowException if the model cannot run its parameters
   */
  static ModelDemand of(FramedRow framed, Inpainter inpainter, ImageSettings settings) {
    InpaintParameters parameters = parameters(framed, inpainter, settings);
    int samples = framed.row().parameters().samples();
    return new ModelDemand(
        parameters,
        framed.alpha().isPresent() ? 2 * samples : samples,
        inpainter.calls(parameters));
  }

  /**
   * The parameters of a framed row.
   *
   * @throws RowException if the model cannot run them
   */
  static InpaintParameters parameters(
      FramedRow framed, Inpainter inpainter, ImageSettings settings) {
    InpaintParameters parameters =
        framed.row().inpaintParameters(framed.frame(), settings.framing().maskReduction());
    try {
      inpainter.check(parameters);
    } catch (IllegalArgumentException e) {
      throw new RowException(ErrorCode.ROW_INVALID, "scheduler: " + e.getMessage(), e);
    }
    return parameters;
  }
}
