package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;

/**
 * A weighted sum of tensors, accumulated term by term in float32, as nearly every sampler's step
 * is.
 *
 * <p>Weights are computed in double precision and rounded once.
 */
final class Mix {

  private final Shape shape;
  private final float[] sum;

  private Mix(Shape shape) {
    this.shape = shape;
    this.sum = new float[shape.size()];
  }

  static Mix of(double weight, FloatTensor term) {
    return new Mix(term.shape()).plus(weight, term);
  }

  /**
   * Adds a term.
   *
   * @throws IllegalArgumentException if its shape is not that of the first term
   */
  Mix plus(double weight, FloatTensor term) {
    if (!term.shape().equals(shape)) {
      throw new IllegalArgumentException("shape " + term.shape() + ", expected " + shape);
    }
    float factor = (float) weight;
    float[] values = term.data();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
    return this;
  }

  /** Adds noise, drawn for each image from its own stream. */
  Mix plusFresh(double weight, BatchNoise noise) {
    return plus(weight, noise.draw(shape.withBatch(1)));
  }

  /** Clamps the sum so far to [-limit, limit]. */
  Mix clamp(double limit) {
    float bound = (float) limit;
    for (int i = 0; i < sum.length; i++) {
      sum[i] = Math.max(-bound, Math.min(bound, sum[i]));
    }
    return this;
  }

  /** The sum, not copied: add no term after this call. */
  FloatTensor tensor() {
    return new FloatTensor(sum, shape);
  }
}
