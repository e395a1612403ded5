package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Zhang and Chen, "Fast sampling of diffusion models with exponential integrator" (DEIS), the
 * log-rho variant of order 1 to 3: the polynomial in log(sigma) through the last noise estimates is
 * integrated over sigma. Draws no noise.
 */
final class DeisScheduler implements Scheduler {

  /** Runs with fewer steps end with lower orders, for stability. */
  private static final int FULL_ORDER_STEPS = 15;

  private final DpmSpacing spacing;
  private final Prediction prediction;
  private final int solverOrder;
  private final boolean lowerOrderFinal;

  DeisScheduler(SchedulerConfig config) {
    config.reject("thresholding", "use_lu_lambdas", "rescale_betas_zero_snr");
    // Values of the related classes select this class's only algorithm, as in diffusers.
    config.choice("algorithm_type", "deis", List.of("deis", "dpmsolver", "dpmsolver++"));
    config.choice("solver_type", "logrho", List.of("logrho", "midpoint", "heun", "bh1", "bh2"));
    spacing = DpmSpacing.of(config, NoiseSchedule.of(config, 0.0001, 0.02, "linear"));
    prediction = Prediction.of(config);
    solverOrder = DpmOptions.order(config);
    lowerOrderFinal = config.flag("lower_order_final", true);
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps());
    // The last level is above 0: the polynomial is in log(sigma).
    SigmaSchedule ending = schedule.endingAt(spacing.lowestOf(schedule));
    return new Run(Levels.preserving(ending), spec.skippedSteps(), new Solver(ending.sigmas()));
  }

  /** The state of one run. */
  private final class Solver implements Run.Step {

    private final float[] sigmas;
    private final History noiseEstimates = new History(solverOrder);

    Solver(float[] sigmas) {
      this.sigmas = sigmas;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      double signal = Levels.signalOf(sigmas[i]);
      noiseEstimates.add(prediction.gaussian(signal, sigmas[i] * signal, sample, output));
      double nextSignal = Levels.signalOf(sigmas[i + 1]);
      FloatTensor change = noiseEstimates.sum(weights(i, order(i)));
      return Mix.of(nextSignal / signal, sample).plus(nextSignal, change).tensor();
    }

    private int order(int i) {
      int steps = sigmas.length - 1;
      int limit = lowerOrderFinal && steps < FULL_ORDER_STEPS ? steps - i : solverOrder;
      return Math.min(Math.min(solverOrder, limit), noiseEstimates.size());
    }

    /** The integral of each Lagrange polynomial in u = log(sigma), over d sigma = e^u du. */
    private double[] weights(int i, int order) {
      double[] weights = new double[order];
      for (int back = 0; back < order; back++) {
        double[] polynomial = lagrange(i, order, back);
        weights[back] = antiderivative(polynomial, i + 1) - antiderivative(polynomial, i);
      }
      return weights;
    }

    /** Coefficients, constant first, of the polynomial that is 1 at {@code current} steps back. */
    private double[] lagrange(int i, int order, int current) {
      double[] polynomial = {1, 0, 0};
      for (int back = 0; back < order; back++) {
        if (back != current) {
          double root = log(i - back);
          double scale = 1 / (log(i - current) - root);
          polynomial =
              new double[] {
                -root * scale * polynomial[0],
                (polynomial[0] - root * polynomial[1]) * scale,
                (polynomial[1] - root * polynomial[2]) * scale
              };
        }
      }
      return polynomial;
    }

    /** e^u (p - p' + p'') at the level of an index, the antiderivative of p(u) e^u. */
    private double antiderivative(double[] p, int index) {
      double u = log(index);
      double value = p[0] + u * (p[1] + u * p[2]);
      double slope = p[1] + 2 * u * p[2];
      return sigmas[index] * (value - slope + 2 * p[2]);
    }

    private double log(int index) {
      return Math.log(sigmas[index]);
    }
  }
}
