package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.segment.Segmenter;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** A segmenter in a lane: inputs of one shape share a batch, and its one step gives the answers. */
public record SegmentLane(Segmenter segmenter)
    implements LaneModel<Shape, FloatTensor, SegmentLane.Segmented, FloatTensor> {

  /**
   * An image between two steps.
   *
   * @param answer empty before the step
   */
  public record Segmented(FloatTensor input, Optional<FloatTensor> answer) {}

  @Override
  public String name() {
    return segmenter.traits().kind().configName();
  }

  @Override
  public Object group(Shape shape) {
    return shape;
  }

  @Override
  public Segmented begin(Shape shape, FloatTensor input, Cancellation cancellation) {
    return new Segmented(input, Optional.empty());
  }

  @Override
  public boolean isDone(Segmented image) {
    return image.answer().isPresent();
  }

  @Override
  public Object batchKey(Segmented image) {
    return image.input().shape();
  }

  @Override
  public List<Segmented> step(List<Segmented> batch, Cancellation cancellation) {
    List<FloatTensor> inputs = batch.stream().map(Segmented::input).toList();
    return segmenter.run(inputs, cancellation).stream()
        .map(answer -> new Segmented(null, Optional.of(answer)))
        .toList();
  }

  @Override
  public FloatTensor finish(Segmented done, Cancellation cancellation) {
    return done.answer().orElseThrow();
  }

  @Override
  public void close() {
    segmenter.close();
  }
}
