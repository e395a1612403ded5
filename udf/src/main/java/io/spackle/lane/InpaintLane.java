package io.spackle.lane;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.graph.Cancellation;
import java.util.List;

/** An inpainting model in a lane: the images of a batch share their parameters. */
public record InpaintLane(Inpainter inpainter)
    implements LaneModel<InpaintParameters, InpaintInput, InpaintedImage> {

  @Override
  public String name() {
    return inpainter.traits().family();
  }

  @Override
  public long size(InpaintParameters parameters) {
    return parameters.canvasPixels();
  }

  @Override
  public List<InpaintedImage> run(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    return inpainter.inpaint(parameters, inputs, cancellation).images();
  }

  @Override
  public void close() {
    inpainter.close();
  }
}
