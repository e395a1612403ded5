package io.spackle.tensor;

import java.util.List;

/**
 * The noise of a batch, in which each image keeps the stream that it has alone.
 *
 * @param sources one per image, in the batch's order
 */
public record BatchNoise(List<NoiseSource> sources) {

  public BatchNoise {
    sources = List.copyOf(sources);
  }

  /**
   * One draw from each source.
   *
   * @param one the shape of one image's draw, with a first axis of 1
   * @return the draws along the first axis, standard Gaussian
   */
  public FloatTensor draw(Shape one) {
    return FloatTensor.concatBatch(
        sources.stream().map(source -> new FloatTensor(source.next(one.size()), one)).toList());
  }
}
