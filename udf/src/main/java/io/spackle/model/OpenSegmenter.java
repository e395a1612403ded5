package io.spackle.model;

import io.spackle.lane.Lane;
import io.spackle.segment.Segmenter;
import io.spackle.tensor.FloatTensor;

/**
 * A segmenter that is open on one device, with its lane.
 *
 * @param segmenter to prepare inputs and to read answers, from any thread; only the lane runs it
 */
public record OpenSegmenter(
    Segmenter segmenter, Lane<Segmenter.Batch, FloatTensor, FloatTensor> lane)
    implements AutoCloseable {

  @Override
  public void close() {
    lane.close();
  }
}
