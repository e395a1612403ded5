package io.spackle.family;

import io.spackle.tensor.FloatTensor;

/**
 * Weights of tokens applied to what a text encoder made of them, as AUTOMATIC1111's WebUI does
 * ("emphasis: original"): hidden states times weights, then all of the sequence, marks and padding
 * included, times what gives it its old mean back.
 */
final class Emphasis {

  private Emphasis() {}

  /**
   * An output of an encoder, weighed.
   *
   * @param output hidden states (1, tokens, width), or a pooled embedding (1, width), which has no
   *     tokens and stays as it is
   * @param weights one for each token; where all are 1 nothing changes
   */
  static FloatTensor weighed(FloatTensor output, float[] weights) {
    if (output.shape().rank() != 3 || allOne(weights)) {
      return output;
    }
    int width = output.shape().axis(2);
    float[] weighed = new float[output.data().length];
    for (int i = 0; i < weighed.length; i++) {
      weighed[i] = output.data()[i] * weights[i / width];
    }
    float restoring = (float) (sum(output.data()) / sum(weighed));
    for (int i = 0; i < weighed.length; i++) {
      weighed[i] *= restoring;
    }
    return new FloatTensor(weighed, output.shape());
  }

  private static boolean allOne(float[] weights) {
    for (float weight : weights) {
      if (weight != 1) {
        return false;
      }
    }
    return true;
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
