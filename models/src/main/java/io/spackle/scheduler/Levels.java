package io.spackle.scheduler;

import java.util.Arrays;

/**
 * The noise levels that a whole schedule passes through, by index from noisy to clean.
 *
 * <p>A sample at index i is {@code signal[i] * clean + noise[i] * gaussian}, and the model is given
 * {@code inputScale[i]} times that. Signal and noise may have one entry more than {@code
 * timesteps}: the level after the last step.
 *
 * @param timesteps what the model is told, one per call
 * @param initNoiseSigma what unit noise is multiplied with to start at index 0
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, filled once, never written again
record Levels(
    float[] timesteps, float[] signal, float[] noise, float[] inputScale, float initNoiseSigma) {

  /** Levels of signal and noise whose squares sum to 1, given noise over signal. */
  static Levels preserving(SigmaSchedule schedule) {
    float[] sigmas = schedule.sigmas();
    float[] signal = new float[sigmas.length];
    float[] noise = new float[sigmas.length];
    for (int i = 0; i < sigmas.length; i++) {
      signal[i] = (float) signalOf(sigmas[i]);
      noise[i] = (float) (sigmas[i] * signalOf(sigmas[i]));
    }
    return new Levels(schedule.timesteps(), signal, noise, filled(sigmas.length, 1), 1);
  }

  /** Levels of whole training timesteps, looked up. */
  static Levels discrete(float[] timesteps, NoiseSchedule schedule) {
    float[] signal = new float[timesteps.length];
    float[] noise = new float[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      float alphaBar = schedule.alphaBars()[(int) timesteps[i]];
      signal[i] = (float) Math.sqrt(alphaBar);
      noise[i] = (float) Math.sqrt(1 - alphaBar);
    }
    return new Levels(timesteps, signal, noise, filled(timesteps.length, 1), 1);
  }

  /**
   * Levels with full signal, from which the model gets the variance-preserving share.
   *
   * @param modelSigmas the noise over signal that the model is told, where it differs from {@code
   *     sigmas}: at the midpoints of KDPM2
   */
  static Levels exploding(
      float[] timesteps, float[] sigmas, float[] modelSigmas, float initNoiseSigma) {
    float[] inputScale = new float[timesteps.length];
    for (int i = 0; i < timesteps.length; i++) {
      inputScale[i] = (float) signalOf(modelSigmas[i]);
    }
    return new Levels(timesteps, filled(sigmas.length, 1), sigmas, inputScale, initNoiseSigma);
  }

  /** Levels on the straight line from the image (sigma 0) to the noise (sigma 1). */
  static Levels straight(float[] timesteps, float[] sigmas) {
    float[] signal = new float[sigmas.length];
    for (int i = 0; i < sigmas.length; i++) {
      signal[i] = 1 - sigmas[i];
    }
    return new Levels(timesteps, signal, sigmas, filled(sigmas.length, 1), 1);
  }

  /** The signal of a variance-preserving sample, given noise over signal. */
  static double signalOf(double sigma) {
    return 1 / Math.sqrt(sigma * sigma + 1);
  }

  private static float[] filled(int length, float value) {
    float[] values = new float[length];
    Arrays.fill(values, value);
    return values;
  }
}
