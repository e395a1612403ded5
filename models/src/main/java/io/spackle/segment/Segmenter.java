package io.spackle.segment;

import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A segmenter that is open on one device. {@link SegmenterModel#load} makes one.
 *
 * <p>{@link #run} is called by one thread at a time; what prepares its inputs and reads its answers
 * is called by any thread.
 */
public final class Segmenter implements AutoCloseable {

  /** A graph of a segmenter. */
  public enum Step {
    /** The one that finds classes in {@link Segmenter#inputs}. */
    FIND,
    /** The one that reads {@link Segmenter#lines} of text. */
    READ
  }

  /** What inputs of one batch share. */
  public record Batch(Step step, Shape shape) {}

  private final SegmenterTraits traits;
  private final AnswerReader reader;
  private final BatchedGraph graph;
  private final Optional<TextRecogniser> recogniser;

  /**
   * @param recogniser present if the reader has lines to read
   */
  Segmenter(
      SegmenterTraits traits,
      AnswerReader reader,
      BatchedGraph graph,
      Optional<TextRecogniser> recogniser) {
    this.traits = traits;
    this.reader = reader;
    this.graph = graph;
    this.recogniser = recogniser;
  }

  public SegmenterTraits traits() {
    return traits;
  }

  /**
   * An image with the graphs' answers.
   *
   * @param answers of {@link #run} for the image's {@link #inputs}, in their order
   * @param readings of {@link #run} for its {@link #lines}, in their order
   */
  public record Answered(RgbImage image, List<FloatTensor> answers, List<FloatTensor> readings) {

    public Answered {
      answers = List.copyOf(answers);
      readings = List.copyOf(readings);
    }
  }

  /**
   * An image as the graph takes it: once, or in several ways, each of which it must answer.
   *
   * @return each (1, 3, h, w)
   */
  public List<FloatTensor> inputs(RgbImage image) {
    return reader.inputs(image);
  }

  /**
   * The lines of text in what the graph found, which decide whether it is text.
   *
   * @param answers of {@link #run} for the image's {@link #inputs}, in their order
   * @return each (1, 3, h, w); empty for all segmenters but those of text
   * @throws GraphException if an answer has another shape than expected
   */
  public List<FloatTensor> lines(List<FloatTensor> answers, RgbImage image) {
    return reader.lines(answers, image);
  }

  /**
   * Runs a graph: on all inputs at once if it takes a batch, else on one after the other.
   *
   * @param inputs of {@link #inputs} or {@link #lines}, as the step says, all of one shape
   * @return one answer per input
   * @throws java.util.concurrent.CancellationException if cancelled
   * @throws GraphException if the runtime fails, or an answer is not finite
   */
  public List<FloatTensor> run(Step step, List<FloatTensor> inputs, Cancellation cancellation) {
    return step == Step.FIND
        ? graph.run(inputs, cancellation)
        : recogniser.orElseThrow().run(inputs, cancellation);
  }

  /**
   * The mask of an image.
   *
   * @param versions of it, all of one size: the first that is not background counts in each pixel
   * @return of the image's size, levels 0 or 255
   * @throws GraphException if an answer has another shape than expected
   */
  public Mask mask(List<Answered> versions, SegmentRule rule) {
    return versions.stream().map(reader::read).reduce(LabelMap::or).orElseThrow().mask(rule);
  }

  /** Frees the graphs. */
  @Override
  public void close() {
    graph.close();
    recogniser.ifPresent(TextRecogniser::close);
  }
}
