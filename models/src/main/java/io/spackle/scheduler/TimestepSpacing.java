package io.spackle.scheduler;

import java.util.Arrays;
import java.util.List;

/**
 * The spacing of a run's timesteps over the training timesteps 0 to N - 1 (Lin et al., "Common
 * diffusion noise schedules and sample steps are flawed", table 2). The arithmetic is that of numpy
 * in double precision, because rounding depends on the last bit.
 */
enum TimestepSpacing {
  /** From N - 1 to 0, including both ends. */
  LINSPACE,
  /** Integer strides from 0 upwards, plus the key steps_offset. */
  LEADING,
  /** Strides from N - 1 downwards. */
  TRAILING;

  private static final List<String> NAMES = List.of("linspace", "leading", "trailing");

  /**
   * The spacing of a configuration.
   *
   * @param absent the class's default
   */
  static TimestepSpacing of(SchedulerConfig config, String absent) {
    return values()[NAMES.indexOf(config.choice("timestep_spacing", absent, NAMES))];
  }

  /**
   * Descending timesteps for samplers that visit both ends; fractional for LINSPACE.
   *
   * @param count how many, from 1 to {@code training}
   * @param training N, the number of training timesteps
   * @param offset added to LEADING
   * @throws IllegalArgumentException if {@code count} exceeds {@code training}
   */
  double[] points(int count, int training, int offset) {
    if (count > training) {
      throw new IllegalArgumentException(
          count + " steps, expected at most the " + training + " that the model was trained with");
    }
    return switch (this) {
      case LINSPACE -> linspace(count, training);
      case LEADING -> leading(count, training, offset);
      case TRAILING -> trailing(count, training);
    };
  }

  /**
   * The same, rounded to integers.
   *
   * @throws IllegalArgumentException also if the offset leads beyond the training timesteps
   */
  float[] integerPoints(int count, int training, int offset) {
    double[] points = rounded(points(count, training, offset));
    if (points[0] >= training) {
      throw new IllegalArgumentException(
          count + " steps start at timestep " + points[0] + ", expected below " + training);
    }
    float[] timesteps = new float[count];
    for (int i = 0; i < count; i++) {
      timesteps[i] = (float) points[i];
    }
    return timesteps;
  }

  /**
   * Descending integer timesteps for the DPM-Solver family, which omits the lower end: the last
   * step has a noise level of its own.
   */
  double[] pointsAboveEnd(int count, int training, int offset) {
    double[] points =
        this == TRAILING
            ? points(count, training, offset)
            : Arrays.copyOf(points(count + 1, training, offset), count);
    return rounded(points);
  }

  /** Rounds half to even, as numpy. */
  private static double[] rounded(double[] values) {
    return Arrays.stream(values).map(Math::rint).toArray();
  }

  private static double[] linspace(int count, int training) {
    double stride = (training - 1.0) / (count - 1); // unused for a single point, 0
    double[] points = new double[count];
    for (int i = 1; i < count; i++) {
      points[count - 1 - i] = i * stride;
    }
    if (count > 1) {
      points[0] = training - 1;
    }
    return points;
  }

  private static double[] leading(int count, int training, int offset) {
    int stride = training / count;
    double[] points = new double[count];
    for (int i = 0; i < count; i++) {
      points[count - 1 - i] = i * stride + offset;
    }
    return points;
  }

  private static double[] trailing(int count, int training) {
    double stride =
        training - (training - (double) training / count); // as numpy.arange computes it
    double[] points = new double[count];
    for (int i = 0; i < count; i++) {
      points[i] = Math.rint(training - i * stride) - 1;
    }
    return points;
  }
}
