package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.graph.OrtGraph;
import io.spackle.scheduler.Schedulers;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Models that fill a hole from what surrounds it, in one run and without a prompt: LaMa, MI-GAN and
 * their like.
 *
 * <p>Images go through one at a time: many of these graphs take no more, and so no image depends on
 * its batch.
 */
final class EraseInpainter implements Inpainter {

  private static final int USUAL_SIDE = 512; // what these models are trained and evaluated at
  private static final int LONGEST_SIDE = 2048; // the convolutions fit images of any size

  private final ModelTraits traits;
  private final EraseGraph convention;
  private final Graph graph;

  private EraseInpainter(ModelTraits traits, EraseGraph convention, Graph graph) {
    this.traits = traits;
    this.convention = convention;
    this.graph = graph;
  }

  static Inpainter open(ModelBundle bundle, Device device) {
    EraseGraph convention = EraseGraph.of(bundle);
    Graph graph = OrtGraph.open(bundle.graph(ModelBundle.ROOT, device), device);
    return new EraseInpainter(traits(bundle), convention, graph);
  }

  static ModelTraits traits(ModelBundle bundle) {
    EraseGraph convention = EraseGraph.of(bundle);
    int longest = convention.fixedSide().orElse(LONGEST_SIDE);
    return new ModelTraits(
        "erase",
        bundle.modelName(),
        new ModelTraits.Sizes(
            convention.fixedSide().orElse(USUAL_SIDE), convention.sizeMultiple(), 1),
        Limits.ofApi().withSides(longest, longest).withGuidance(0, 100).withSamples(1),
        new ModelTraits.Defaults(1, 1, 1, null),
        schedulers(),
        ModelTraits.Guide.NONE);
  }

  /** All: a row may name any, so that it can be sent to an erase model unchanged. */
  static List<String> schedulers() {
    return Stream.of(Schedulers.Kind.values())
        .flatMap(kind -> Schedulers.names(kind).stream())
        .distinct()
        .toList();
  }

  @Override
  public ModelTraits traits() {
    return traits;
  }

  @Override
  public void check(InpaintParameters parameters) {
    parameters.requireLayout(traits); // only the size counts further, which framing takes care of
  }

  @Override
  public InpaintState begin(
      InpaintParameters parameters, InpaintInput input, Cancellation cancellation) {
    cancellation.check();
    return SingleStep.of(parameters, input);
  }

  @Override
  public List<InpaintState> step(List<InpaintState> batch, Cancellation cancellation) {
    return SingleStep.each(batch, image -> erased(image, cancellation));
  }

  @Override
  public InpaintedImage finish(InpaintState done, Cancellation cancellation) {
    return SingleStep.result(done);
  }

  private InpaintedImage erased(SingleStep image, Cancellation cancellation) {
    InpaintInput input = image.input();
    FloatTensor given =
        graph.run(convention.feed().apply(input), convention.output(), cancellation);
    Shape expected = Shape.of(1, 3, image.parameters().height(), image.parameters().width());
    if (!given.shape().equals(expected)) {
      throw new UnusableImageException(
          graph
              + " gave an image of the shape "
              + given.shape()
              + ", expected "
              + expected
              + ": state the sides that it takes as size_multiple in erase.json");
    }
    return InpaintedImage.of(convention.signed(given), input, notes(input));
  }

  static Set<Note> notes(InpaintInput input) {
    boolean prompted = !input.prompt().isBlank() || input.negativePrompt() != null;
    return prompted ? EnumSet.of(Note.PROMPT_UNUSED) : Set.of();
  }

  @Override
  public void close() {
    graph.close();
  }
}
