package io.spackle.family;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Classifier-free guidance as one batch of twice the size: the first half with the negative prompt,
 * the second half with the prompt.
 *
 * @param scale weight of the prompt; guidance is on above 1
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans, Classifier-Free Diffusion
 *     Guidance</a>
 */
record Guidance(double scale) {

  boolean isOn() {
    return scale > 1;
  }

  /** A tensor for both halves, (2 x batch, ...); unchanged where guidance is off. */
  FloatTensor duplicate(FloatTensor tensor) {
    return isOn() ? FloatTensor.concatBatch(List.of(tensor, tensor)) : tensor;
  }

  /**
   * Combines the halves of a noise prediction: {@code negative + scale * (prompt - negative)}.
   *
   * @param noisePrediction (2 x batch, ...) where guidance is on
   * @return (batch, ...)
   */
  FloatTensor apply(FloatTensor noisePrediction) {
    if (!isOn()) {
      return noisePrediction;
    }
    float weight = (float) scale;
    float[] both = noisePrediction.data();
    float[] guided = new float[both.length / 2];
    for (int i = 0; i < guided.length; i++) {
      float negative = both[i];
      guided[i] = negative + weight * (both[i + guided.length] - negative);
    }
    return new FloatTensor(guided, noisePrediction.shape().withBatch(noisePrediction.batch() / 2));
  }
}
