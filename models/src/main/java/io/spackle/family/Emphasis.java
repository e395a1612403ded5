package io.spackle.family;

import io.spackle.tensor.FloatTensor;

/**
 * Prompt weights applied to the output of a text encoder, as AUTOMATIC1111's WebUI does ("emphasis:
 * original"): hidden states times weights, then the whole sequence, special tokens and padding
 * included, scaled back to its old mean.
 */
final class Emphasis {

  private Emphasis() {}

  /**
   * An output of an encoder, weighted.
   *
   * @param output hidden states (1, tokens, width), or a pooled embedding (1, width), which has no
   *     tokens and stays as it is
   * @param weights one for each token; where all are 1 nothing changes
   */
  static FloatTensor weighted(FloatTensor output, float[] weights) {
    if (output.shape().rank() != 3 || allOne(weights)) {
      return output;
    }
    int width = output.shape().axis(2);
    float[] weighted = new float[output.data().length];
    for (int i = 0; i < weighted.length; i++) {
      weighted[i] = output.data()[i] * weights[i / width];
    }
    float restore = (float) (sum(output.data()) / sum(weighted));
    for (int i = 0; i < weighted.length; i++) {
      weighted[i] *= restore;
    }
    return new FloatTensor(weighted, output.shape());
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
