package io.spackle.scheduler;

import java.util.Arrays;

/**
 * The noise levels of a complete schedule, by index from noisy to clean.
 *
 * <p>A sample at index i is {@code signal[i] * clean + noise[i] * gaussian}, and the model's input
 * is {@code inputScale[i]} times that. Signal and noise may have one entry more than {@code
 * timesteps}: the level after the last step.
 *
 * @param timesteps the model's timestep inputs, one per call
 * @param initNoiseSigma the factor from unit noise to a sample at index 0
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, never modified after construction
record Levels(
    float[] timesteps, float[] signal, float[] noise, float[] inputScale, float initNoiseSigma) {

  /** Variance-preserving levels: the squares of signal and noise add up to 1. */
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

  /** The levels of integer training timesteps, from the schedule's table. */
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
   * Variance-exploding levels: signal 1, scaled to unit variance for the model.
   *
   * @param modelSigmas noise over signal at the model's timesteps, which differs from {@code
   *     sigmas} at the midpoints of KDPM2
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
