package io.spackle.family;

import io.spackle.graph.Cancellation;
import java.util.List;
import java.util.Map;

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
  public InpaintedBatch inpaint(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    cancellation.check();
    List<InpaintedImage> images =
        inputs.stream()
            .map(input -> new InpaintedImage(input.image(), EraseInpainter.notes(input)))
            .toList();
    return new InpaintedBatch(images, Map.of());
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
