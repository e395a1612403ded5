package io.spackle.scheduler;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Conversions between noise levels sigma and training timesteps. */
final class SigmaMath {

  /** The exponent that Karras et al. settle on. */
  private static final double RHO = 7;

  private SigmaMath() {}

  /**
   * The noise level at each timestep, on straight lines between the table's entries.
   *
   * @param table sigma of timestep 0, 1, 2, ...
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
   * Noise levels evenly spaced in their seventh root, falling (Karras et al., "Elucidating the
   * design space of diffusion-based generative models", equation 5).
   */
  static double[] karras(double max, double min, int count) {
    double from = Math.pow(max, 1 / RHO);
    double to = Math.pow(min, 1 / RHO);
    return ramp(from, to, count).map(root -> Math.pow(root, RHO)).toArray();
  }

  /** Noise levels evenly spaced in their logarithm, falling (Lu et al., "DPM-Solver", 3.4). */
  static double[] lu(double max, double min, int count) {
    return ramp(Math.log(max), Math.log(min), count).map(Math::exp).toArray();
  }

  private static DoubleStream ramp(double from, double to, int count) {
    return IntStream.range(0, count).mapToDouble(i -> from + share(i, count) * (to - from));
  }

  /** 0 for the first of {@code count}, 1 exactly for the last, as numpy.linspace has it. */
  private static double share(int i, int count) {
    if (i == 0) {
      return 0;
    }
    return i == count - 1 ? 1 : i * (1.0 / (count - 1));
  }

  /** The logarithms of the levels, in float32 as numpy has them. */
  static float[] logs(float[] sigmas) {
    float[] logs = new float[sigmas.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = (float) Math.log(sigmas[i]);
    }
    return logs;
  }

  /**
   * The level halfway between two in logarithm, 0 if one of them is, in float32 as torch has it.
   */
  static float logMiddle(float a, float b) {
    float logA = (float) Math.log(a);
    float logB = (float) Math.log(b);
    return (float) Math.exp((logA + logB) / 2);
  }

  /**
   * The fractional timestep of a noise level, on straight lines between the table's logarithms; cut
   * to the table's ends.
   *
   * @param logSigmas rising
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
