package io.spackle.tensor;

import java.util.List;

/**
 * The noise of a batch. Each image draws from its own stream, so that its result does not depend on
 * the batch that it is part of.
 *
 * @param sources one stream per image, in batch order
 */
public record BatchNoise(List<TorchNoise> sources) {

  public BatchNoise {
    sources = List.copyOf(sources);
  }

  /**
   * Draws once from each stream. A sampler that draws once does so again, with the same shape: the
   * next draw is made on another thread, while the network computes.
   *
   * @param imageShape the shape of one image's draw, with a first axis of 1
   * @return standard Gaussian values, the images' draws concatenated along the first axis
   */
  public FloatTensor draw(Shape imageShape) {
    return FloatTensor.concatBatch(
        sources.stream()
            .map(source -> new FloatTensor(next(source, imageShape.size()), imageShape))
            .toList());
  }

  private static float[] next(TorchNoise source, int count) {
    float[] values = source.next(count);
    source.drawAhead(count);
    return values;
  }
}
