package io.spackle.lane;

import io.spackle.graph.Cancellation;
import io.spackle.segment.Segmenter;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/** A segmenter in a lane: the inputs of a batch share their graph and their shape. */
public record SegmentLane(Segmenter segmenter)
    implements LaneModel<Segmenter.Batch, FloatTensor, FloatTensor> {

  @Override
  public String name() {
    return segmenter.traits().kind().configName();
  }

  @Override
  public long size(Segmenter.Batch batch) {
    return batch.shape().size();
  }

  @Override
  public List<FloatTensor> run(
      Segmenter.Batch batch, List<FloatTensor> inputs, Cancellation cancellation) {
    return segmenter.run(batch.step(), inputs, cancellation);
  }

  @Override
  public void close() {
    segmenter.close();
  }
}
