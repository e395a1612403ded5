package io.spackle.scheduler;

/**
 * The index arithmetic of samplers that call the model twice per step, but once in the last step.
 *
 * <p>Index 2k is the first stage of step k, index 2k + 1 its second stage. n steps have 2n - 1
 * indices; the level of index i is that of step (i + 1) / 2.
 */
final class TwoStage {

  private TwoStage() {}

  static boolean isFirst(int index) {
    return index % 2 == 0;
  }

  static int step(int index) {
    return index / 2;
  }

  /** The level or timestep of each step spread over the indices: a, b, b, c, c, ... */
  static float[] spread(float[] perStep, int length) {
    float[] spread = new float[length];
    for (int i = 0; i < length; i++) {
      spread[i] = perStep[(i + 1) / 2];
    }
    return spread;
  }

  /** First-stage values and second-stage values by turns: a, m, b, n, c. */
  static float[] interleave(float[] first, float[] second, int length) {
    float[] interleaved = new float[length];
    for (int i = 0; i < length; i++) {
      interleaved[i] = isFirst(i) ? first[step(i)] : second[step(i)];
    }
    return interleaved;
  }
}
