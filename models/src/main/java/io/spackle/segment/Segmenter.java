package io.spackle.segment;

import io.spackle.graph.Cancellation;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A segmenter that is open on one device. {@link SegmenterModel#load} makes one.
 *
 * <p>{@link #run} is called by one thread at a time; what prepares its inputs and reads its answers
 * is called by any thread.
 */
public final class Segmenter implements AutoCloseable {

  private final SegmenterTraits traits;
  private final AnswerReader reader;
  private final Graph graph;
  private final String output;

  Segmenter(SegmenterTraits traits, AnswerReader reader, Graph graph, String output) {
    this.traits = traits;
    this.reader = reader;
    this.graph = graph;
    this.output = output;
  }

  public SegmenterTraits traits() {
    return traits;
  }

  /**
   * An image with the graph's answers.
   *
   * @param answers of {@link #run} for the image's {@link #inputs}, in their order
   */
  public record Answered(RgbImage image, List<FloatTensor> answers) {

    public Answered {
      answers = List.copyOf(answers);
    }
  }

  /**
   * An image as the graph takes it: once, or at several sizes, each of which it must answer.
   *
   * @return each (1, 3, h, w)
   */
  public List<FloatTensor> inputs(RgbImage image) {
    return reader.inputs(image);
  }

  /**
   * Runs the graph: on all inputs at once if it takes a batch, else on one after the other.
   *
   * @param inputs of {@link #inputs}, all of one shape
   * @return one answer per input
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws GraphException if the runtime fails, or an answer is not finite
   */
  public List<FloatTensor> run(List<FloatTensor> inputs, Cancellation cancellation) {
    boolean takesBatches = graph.inputs().values().iterator().next().axes().get(0) < 0;
    List<FloatTensor> answers = new ArrayList<>();
    if (takesBatches && inputs.size() > 1) {
      FloatTensor all = run(FloatTensor.concatBatch(inputs), cancellation);
      if (all.batch() == inputs.size()) {
        for (int i = 0; i < inputs.size(); i++) {
          answers.add(all.item(i));
        }
        return answers;
      }
    }
    for (FloatTensor input : inputs) {
      answers.add(run(input, cancellation));
    }
    return answers;
  }

  private FloatTensor run(FloatTensor input, Cancellation cancellation) {
    String name = graph.inputs().keySet().iterator().next();
    FloatTensor answer = graph.run(Map.of(name, input), Set.of(output), cancellation).get(output);
    if (!answer.isFinite()) {
      throw new GraphException(
          GraphException.Kind.NOT_FINITE,
          "the segmenter computed NaN or infinite values; a half-precision graph may overflow: use"
              + " a float32 one",
          null);
    }
    return answer;
  }

  /**
   * The mask of an image.
   *
   * @param versions of it, all of one size: the first that is not background counts in each pixel
   * @return of the image's size, levels 0 or 255
   * @throws GraphException if an answer has another shape than expected
   */
  public Mask mask(List<Answered> versions, SegmentRule rule) {
    return versions.stream()
        .map(version -> reader.read(version.answers(), version.image()))
        .reduce(LabelMap::or)
        .orElseThrow()
        .mask(rule);
  }

  /** Frees the graph. */
  @Override
  public void close() {
    graph.close();
  }
}
