package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.image.RgbImage;
import io.spackle.patchmatch.FillRequest;
import io.spackle.patchmatch.PatchMatchFill;
import java.util.List;

/**
 * Exemplar-based completion: the masked region is filled with patches of the same image, at the
 * image's own size. See {@link PatchMatchFill}.
 *
 * <p>Images are filled one at a time, each with all threads. A fill is the same with any number of
 * them.
 */
final class PatchMatchInpainter implements Inpainter {

  static final ModelTraits TRAITS =
      new ModelTraits(
          "erase",
          BuiltInModel.PATCHMATCH.path(),
          ModelTraits.Sizes.ofImage(),
          Limits.ofApi().withGuidance(0, 100),
          new ModelTraits.Defaults(1, 1, 1, null),
          EraseInpainter.schedulers(),
          ModelTraits.Guide.PATCHES);

  private final PatchMatchFill fill;

  /**
   * @param threads of one fill, at least 1
   */
  PatchMatchInpainter(int threads) {
    this.fill = new PatchMatchFill(threads);
  }

  @Override
  public ModelTraits traits() {
    return TRAITS;
  }

  @Override
  public void check(InpaintParameters parameters) {
    parameters.requireLayout(traits()); // none of the others changes a fill
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    cancellation.check();
    input.fillRequest(); // an image of which nothing may be copied fails alone
    return SingleStep.of(parameters, input);
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    return SingleStep.each(batch, image -> filled(image, cancellation));
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    return SingleStep.result(done);
  }

  private InpaintedImage filled(SingleStep image, Cancellation cancellation) {
    FillRequest request = image.input().fillRequest();
    try {
      RgbImage filled = fill.fill(request, cancellation);
      return new InpaintedImage(filled, EraseInpainter.notes(image.input()));
    } catch (OutOfMemoryError e) { // of large arrays: what else runs is not affected
      throw new GraphException(
          GraphException.Kind.OUT_OF_MEMORY,
          "the fill of an image of %d x %d pixels does not fit into the JVM's heap: give it more memory, or use a smaller image"
              .formatted(request.image().width(), request.image().height()),
          e);
    }
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
