package io.spackle.scheduler;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The timesteps of a run and their noise levels, both descending, in float32; with the conversions
 * between timesteps and noise levels.
 *
 * @param timesteps the model's timestep inputs, one per step
 * @param sigmas noise over signal at each timestep; {@link #endingAt} appends the level after the
 *     last step
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, filled once, never written again
record SigmaSchedule(float[] timesteps, float[] sigmas) {

  /** The exponent that Karras et al. recommend. */
  private static final double RHO = 7;

  static SigmaSchedule of(double[] timesteps, double[] sigmas) {
    return new SigmaSchedule(toFloats(timesteps), toFloats(sigmas));
  }

  /** This schedule with a level after the last step. */
  SigmaSchedule endingAt(float last) {
    float[] ending = Arrays.copyOf(sigmas, sigmas.length + 1);
    ending[sigmas.length] = last;
    return new SigmaSchedule(timesteps, ending);
  }

  /** This schedule with timesteps rounded to integers. */
  SigmaSchedule rounded() {
    float[] rounded = timesteps.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) Math.rint(rounded[i]);
    }
    return new SigmaSchedule(rounded, sigmas);
  }

  private static float[] toFloats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /**
   * The noise level at each timestep, interpolated linearly.
   *
   * @param table the sigmas of timesteps 0, 1, 2, ...
   */
  static double[] atTimesteps(double[] timesteps, float[] table) {
    return Arrays.stream(timesteps).map(timestep -> at(timestep, table)).toArray();
  }

  private static double at(double timestep, float[] table) {
    if (timestep >= table.length - 1) {
      return table[table.length - 1];
    }
    int below = (int) timestep;
    double slope = (double) table[below + 1] - table[below];
    return slope * (timestep - below) + table[below];
  }

  /**
   * Descending noise levels, evenly spaced in their seventh roots (Karras et al., "Elucidating the
   * design space of diffusion-based generative models", equation 5).
   */
  static double[] karras(double max, double min, int count) {
    double from = Math.pow(max, 1 / RHO);
    double to = Math.pow(min, 1 / RHO);
    return ramp(from, to, count).map(root -> Math.pow(root, RHO)).toArray();
  }

  /** Descending noise levels, evenly spaced in their logarithms (Lu et al., "DPM-Solver", 3.4). */
  static double[] lu(double max, double min, int count) {
    return ramp(Math.log(max), Math.log(min), count).map(Math::exp).toArray();
  }

  private static DoubleStream ramp(double from, double to, int count) {
    return IntStream.range(0, count).mapToDouble(i -> from + fraction(i, count) * (to - from));
  }

  /** From 0 for the first of {@code count} to exactly 1 for the last, as in numpy.linspace. */
  private static double fraction(int i, int count) {
    if (i == 0) {
      return 0;
    }
    return i == count - 1 ? 1 : i * (1.0 / (count - 1));
  }

  /** The logarithms of noise levels, in float32 as numpy computes them. */
  static float[] logs(float[] sigmas) {
    float[] logs = new float[sigmas.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = (float) Math.log(sigmas[i]);
    }
    return logs;
  }

  /** The geometric mean of two noise levels, 0 if one of them is; in float32 as in torch. */
  static float geometricMean(float a, float b) {
    float logA = (float) Math.log(a);
    float logB = (float) Math.log(b);
    return (float) Math.exp((logA + logB) / 2);
  }

  /**
   * The fractional timestep of a noise level, interpolated linearly in the logarithm and clamped to
   * the table's ends.
   *
   * @param logSigmas the logarithms of the sigmas of timesteps 0, 1, 2, ..., ascending
   */
  static double timestepOf(double sigma, float[] logSigmas) {
    double logSigma = Math.log(Math.max(sigma, 1e-10));
    int below = 0;
    while (below < logSigmas.length - 2 && logSigmas[below + 1] <= logSigma) {
      below++;
    }
    float low = logSigmas[below];
    float high = logSigmas[below + 1];
    double weight = (low - logSigma) / (low - high);
    weight = Math.max(0, Math.min(1, weight));
    return (1 - weight) * below + weight * (below + 1);
  }
}
