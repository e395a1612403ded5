package io.spackle.family;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Classifier-free guidance as one double batch: the first half without the prompt (or with the
 * negative one), the second half with it.
 *
 * @param scale the prompt's weight; guidance is on above 1
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans, Classifier-Free Diffusion
 *     Guidance</a>
 */
record Guidance(double scale) {

  boolean on() {
    return scale > 1;
  }

  /** A tensor once for each half; unchanged where guidance is off. */
  FloatTensor twice(FloatTensor tensor) {
    return on() ? FloatTensor.concatBatch(List.of(tensor, tensor)) : tensor;
  }

  /**
   * The halves of a prediction brought together: {@code u + scale * (t - u)}.
   *
   * @param output (2 * batch, ...) where guidance is on
   * @return (batch, ...)
   */
  FloatTensor merge(FloatTensor output) {
    if (!on()) {
      return output;
    }
    float weight = (float) scale;
    float[] both = output.data();
    float[] merged = new float[both.length / 2];
    for (int i = 0; i < merged.length; i++) {
      float without = both[i];
      merged[i] = without + weight * (both[i + merged.length] - without);
    }
    return new FloatTensor(merged, output.shape().withBatch(output.batch() / 2));
  }
}
