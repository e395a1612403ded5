package io.spackle.lane;

import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.InpaintState;
import io.spackle.family.InpaintedImage;
import io.spackle.family.Inpainter;
import io.spackle.family.ReferenceLayout;
import io.spackle.graph.Cancellation;
import java.util.List;

/** An inpainting model in a lane: images with canvases of one size run at the same time. */
public record InpaintLane(Inpainter inpainter)
    implements LaneModel<InpaintParameters, InpaintInput, InpaintState, InpaintedImage> {

  private record Canvas(int width, int height, ReferenceLayout reference) {}

  @Override
  public String name() {
    return inpainter.traits().family();
  }

  @Override
  public Object group(InpaintParameters parameters) {
    return new Canvas(parameters.width(), parameters.height(), parameters.reference());
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    return inpainter.begin(parameters, input, cancellation);
  }

  @Override
  public boolean isDone(InpaintState image) {
    return image.isDone();
  }

  @Override
  public Object batchKey(InpaintState image) {
    return image.batchKey();
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    return inpainter.step(batch, cancellation);
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    return inpainter.finish(done, cancellation);
  }

  @Override
  public void close() {
    inpainter.close();
  }
}
