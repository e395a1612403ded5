package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.segment.Segmenter;
import io.spackle.tensor.FloatTensor;
import java.util.List;
import java.util.Optional;

/**
 * A segmenter in a lane: inputs of one graph and one shape share a batch, and its one step gives
 * the answers.
 */
public record SegmentLane(Segmenter segmenter)
    implements LaneModel<Segmenter.Batch, FloatTensor, SegmentLane.Segmented, FloatTensor> {

  /**
   * An image between two steps.
   *
   * @param answer empty before the step
   */
  public record Segmented(Segmenter.Batch batch, FloatTensor input, Optional<FloatTensor> answer) {}

  @Override
  public String name() {
    return segmenter.traits().kind().configName();
  }

  @Override
  public Object group(Segmenter.Batch batch) {
    return batch;
  }

  @Override
  public Segmented begin(Segmenter.Batch batch, FloatTensor input, Cancellation cancellation) {
    return new Segmented(batch, input, Optional.empty());
  }

  @Override
  public boolean isDone(Segmented image) {
    return image.answer().isPresent();
  }

  @Override
  public Object batchKey(Segmented image) {
    return image.batch();
  }

  @Override
  public List<Segmented> step(List<Segmented> images, Cancellation cancellation) {
    Segmenter.Batch batch = images.get(0).batch();
    List<FloatTensor> inputs = images.stream().map(Segmented::input).toList();
    return segmenter.run(batch.step(), inputs, cancellation).stream()
        .map(answer -> new Segmented(batch, null, Optional.of(answer)))
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
