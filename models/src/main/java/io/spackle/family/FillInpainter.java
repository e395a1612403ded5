package io.spackle.family;

import io.spackle.graph.Cancellation;
import java.util.List;

/**
 * No model: an image is returned with what was put under its mask before, such as a plain colour.
 */
final class FillInpainter implements Inpainter {

  static final ModelTraits TRAITS =
      new ModelTraits(
          "erase",
          BuiltInModel.FILL.path(),
          ModelTraits.Sizes.ofImage(),
          Limits.ofApi().withGuidance(0, 100).withSamples(1),
          new ModelTraits.Defaults(1, 1, 1, null),
          EraseInpainter.schedulers(),
          ModelTraits.Guide.FILL);

  @Override
  public ModelTraits traits() {
    return TRAITS;
  }

  @Override
  public void check(InpaintParameters parameters) {
    // None of them changes an image.
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    cancellation.check();
    return SingleStep.of(parameters, input);
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    return SingleStep.each(batch, FillInpainter::unchanged);
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    return SingleStep.result(done);
  }

  private static InpaintedImage unchanged(SingleStep image) {
    return new InpaintedImage(image.input().image(), EraseInpainter.notes(image.input()));
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
