package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * The configuration keys shared by the two DPM-Solver++ classes.
 *
 * @param order of the solver, 1 to 3
 * @param stochastic whether the SDE is solved instead of the ODE
 * @param heun whether second-order steps weight the derivative exactly instead of by the midpoint
 *     rule
 * @param endsAtZero whether the last step ends at sigma 0 instead of the lowest trained level
 */
record DpmOptions(
    Prediction prediction, int order, boolean stochastic, boolean heun, boolean endsAtZero) {

  private static final String SDE = "sde-dpmsolver++";

  /** Values of solver_type; those of the related classes select the default. */
  private static final List<String> SOLVERS = List.of("midpoint", "heun", "logrho", "bh1", "bh2");

  /**
   * The options of a configuration.
   *
   * @throws IllegalArgumentException if a value is not supported, such as the algorithm_type
   *     dpmsolver, which is deprecated in diffusers
   */
  static DpmOptions of(SchedulerConfig config) {
    config.reject("thresholding", "variance_type");
    if (config.number("lambda_min_clipped", Double.NEGATIVE_INFINITY) > Double.NEGATIVE_INFINITY) {
      throw config.unsupported("lambda_min_clipped", "-Infinity");
    }
    String algorithm =
        config.choice("algorithm_type", "dpmsolver++", List.of("dpmsolver++", SDE, "deis"));
    return new DpmOptions(
        Prediction.of(config),
        order(config),
        algorithm.equals(SDE),
        config.choice("solver_type", "midpoint", SOLVERS).equals("heun"),
        endsAtZero(config));
  }

  /** The key solver_order. */
  static int order(SchedulerConfig config) {
    int order = config.integer("solver_order", 2);
    if (order < 1 || order > 3) {
      throw config.unsupported("solver_order", "1, 2 or 3");
    }
    return order;
  }

  /** Whether final_sigmas_type is zero, its default, or sigma_min. */
  static boolean endsAtZero(SchedulerConfig config) {
    return config.choice("final_sigmas_type", "zero", List.of("zero", "sigma_min")).equals("zero");
  }

  DpmStep step(double from, double to) {
    return stochastic ? DpmStep.sde(from, to) : DpmStep.ode(from, to);
  }

  /** The clean sample that follows from a sample and the model's output. */
  FloatTensor clean(double sigma, FloatTensor sample, FloatTensor output) {
    double signal = Levels.signalOf(sigma);
    return prediction.clean(signal, sigma * signal, sample, output);
  }

  /** The weight of the first derivative in a second-order step. */
  double first(DpmStep step) {
    return heun ? step.first() : step.firstMidpoint();
  }
}
