package io.spackle.family;

import io.spackle.family.InpaintedBatch.Stage;
import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.image.RgbImage;
import io.spackle.patchmatch.FillRequest;
import io.spackle.patchmatch.PatchMatchFill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
  public InpaintedBatch inpaint(
      InpaintParameters parameters, List<InpaintInput> inputs, Cancellation cancellation) {
    List<FillRequest> requests = inputs.stream().map(InpaintInput::fillRequest).toList();
    List<InpaintedImage> images = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < requests.size(); i++) {
      RgbImage filled = filled(requests.get(i), cancellation);
      images.add(new InpaintedImage(filled, EraseInpainter.notes(inputs.get(i))));
    }
    Duration filling = Duration.ofNanos(System.nanoTime() - start);
    return new InpaintedBatch(images, Map.of(Stage.DENOISE, filling));
  }

  private RgbImage filled(FillRequest request, Cancellation cancellation) {
    try {
      return fill.fill(request, cancellation);
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
