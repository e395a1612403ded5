package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.segment.Segmenter;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.util.List;

/** A segmenter in a lane: the inputs of a batch share their shape. */
public record SegmentLane(Segmenter segmenter)
    implements LaneModel<Shape, FloatTensor, FloatTensor> {

  @Override
  public String name() {
    return segmenter.traits().kind().configName();
  }

  @Override
  public long size(Shape shape) {
    return shape.size();
  }

  @Override
  public List<FloatTensor> run(Shape shape, List<FloatTensor> inputs, Cancellation cancellation) {
    return segmenter.run(inputs, cancellation);
  }

  @Override
  public void close() {
    segmenter.close();
  }
}
