package io.spackle.scheduler;

import java.util.Arrays;

/**
 * The timesteps of a run and their noise levels, both falling, in float32.
 *
 * @param timesteps what the model is told, one per step
 * @param sigmas noise over signal at each of them, and once {@link #endingAt} is called the level
 *     after the last step
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, filled once, never written again
record SigmaSchedule(float[] timesteps, float[] sigmas) {

  static SigmaSchedule of(double[] timesteps, double[] sigmas) {
    return new SigmaSchedule(toFloats(timesteps), toFloats(sigmas));
  }

  SigmaSchedule endingAt(float last) {
    float[] ending = Arrays.copyOf(sigmas, sigmas.length + 1);
    ending[sigmas.length] = last;
    return new SigmaSchedule(timesteps, ending);
  }

  /** The same with whole timesteps. */
  SigmaSchedule rounded() {
    float[] whole = timesteps.clone();
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (float) Math.rint(whole[i]);
    }
    return new SigmaSchedule(whole, sigmas);
  }

  private static float[] toFloats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
