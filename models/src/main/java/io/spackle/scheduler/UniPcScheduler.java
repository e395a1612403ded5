package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Zhao et al., "UniPC: a unified predictor-corrector framework for fast sampling of diffusion
 * models", algorithms 5 and 6 for the clean sample: each model output first corrects the sample
 * that it was computed from, then predicts the next one. Draws no noise.
 *
 * <p>Notation: lambda = -log(sigma), h its rise in a step, B the paper's function B(h), and r the
 * position of an earlier output in units of h from the step's start.
 */
final class UniPcScheduler implements Scheduler {

  private final DpmSpacing spacing;
  private final Prediction prediction;
  private final int solverOrder;
  private final boolean firstVariant;
  private final boolean lowerOrderFinal;
  private final boolean endsAtZero;

  UniPcScheduler(SchedulerConfig config) {
    config.reject("thresholding", "use_lu_lambdas", "disable_corrector", "solver_p");
    if (!config.flag("predict_x0", true)) {
      throw config.unsupported("predict_x0", "true");
    }
    spacing =
        DpmSpacing.of(
            config,
            NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config).withFiniteSigmas());
    prediction = Prediction.of(config);
    solverOrder = DpmOptions.order(config);
    // Values of the related classes select the default, as in diffusers.
    firstVariant =
        config
            .choice("solver_type", "bh2", List.of("bh1", "bh2", "midpoint", "heun", "logrho"))
            .equals("bh1");
    lowerOrderFinal = config.flag("lower_order_final", true);
    endsAtZero = DpmOptions.endsAtZero(config);
    if (endsAtZero && !lowerOrderFinal) {
      throw config.unsupported("lower_order_final", "true with final_sigmas_type zero");
    }
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps());
    SigmaSchedule ending = schedule.endingAt(endsAtZero ? 0 : spacing.lowestOf(schedule));
    return new Run(Levels.preserving(ending), spec.skippedSteps(), new Solver(ending.sigmas()));
  }

  /** The state of one run. */
  private final class Solver implements Run.Step {

    private final float[] sigmas;
    private final History cleans = new History(solverOrder);
    private FloatTensor start;
    private int order;

    Solver(float[] sigmas) {
      this.sigmas = sigmas;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      double signal = Levels.signalOf(sigmas[i]);
      FloatTensor clean = prediction.clean(signal, sigmas[i] * signal, sample, output);
      FloatTensor corrected = start == null ? sample : corrected(clean, i - 1);
      cleans.add(clean);
      int limit = lowerOrderFinal ? sigmas.length - 1 - i : solverOrder;
      order = Math.min(Math.min(solverOrder, limit), cleans.size());
      start = corrected;
      return predicted(i);
    }

    /** The end of step {@code i}, predicted from the outputs up to its start. */
    private FloatTensor predicted(int i) {
      return end(i, positions(i, order - 1), earlier(order - 1));
    }

    /** The end of step {@code i}, corrected with the output there. */
    private FloatTensor corrected(FloatTensor clean, int i) {
      double[] positions = Arrays.copyOf(positions(i, order - 1), order);
      positions[order - 1] = 1; // the end of the step
      List<FloatTensor> outputs = earlier(order - 1);
      outputs.add(clean);
      return end(i, positions, outputs);
    }

    /** r of the outputs 1, 2, ... steps before step {@code i}. */
    private double[] positions(int i, int count) {
      double h = DpmStep.rise(sigmas[i], sigmas[i + 1]);
      double[] positions = new double[count];
      for (int back = 1; back <= count; back++) {
        positions[back - 1] = DpmStep.rise(sigmas[i], sigmas[i - back]) / h;
      }
      return positions;
    }

    private List<FloatTensor> earlier(int count) {
      List<FloatTensor> outputs = new ArrayList<>();
      for (int back = 1; back <= count; back++) {
        outputs.add(cleans.get(back));
      }
      return outputs;
    }

    /**
     * The sample at the end of step {@code i}.
     *
     * @param outputs clean samples at {@code positions}, besides the one at the step's start
     */
    private FloatTensor end(int i, double[] positions, List<FloatTensor> outputs) {
      DpmStep step = DpmStep.ode(sigmas[i], sigmas[i + 1]);
      double[] rhos = rhos(positions, step.h());
      double scale = firstVariant ? step.signal() * step.h() : step.value();
      double atStart = step.value();
      Mix end = Mix.of(step.sample(), start);
      for (int k = 0; k < positions.length; k++) {
        double weight = scale * rhos[k] / positions[k];
        end.plus(weight, outputs.get(k));
        atStart -= weight;
      }
      return end.plus(atStart, cleans.get(0)).tensor();
    }

    /** The weights of theorem 3.1; a single weight is set to one half (the paper's appendix F). */
    private double[] rhos(double[] positions, double h) {
      int count = positions.length;
      if (count == 1) {
        return new double[] {0.5};
      }
      double[][] powers = new double[count][count];
      double[] right = new double[count];
      double b = firstVariant ? -h : Math.expm1(-h);
      double phi = Math.expm1(-h) / -h - 1;
      double factorial = 1;
      for (int row = 0; row < count; row++) {
        for (int k = 0; k < count; k++) {
          powers[row][k] = Math.pow(positions[k], row);
        }
        right[row] = phi * factorial / b;
        factorial *= row + 2;
        phi = phi / -h - 1 / factorial;
      }
      return solve(powers, right);
    }
  }

  /** Gaussian elimination in place; a Vandermonde matrix of distinct numbers needs no pivoting. */
  private static double[] solve(double[][] matrix, double[] right) {
    int size = right.length;
    for (int pivot = 0; pivot < size; pivot++) {
      for (int row = pivot + 1; row < size; row++) {
        double factor = matrix[row][pivot] / matrix[pivot][pivot];
        for (int column = pivot; column < size; column++) {
          matrix[row][column] -= factor * matrix[pivot][column];
        }
        right[row] -= factor * right[pivot];
      }
    }
    for (int row = size - 1; row >= 0; row--) {
      for (int column = row + 1; column < size; column++) {
        right[row] -= matrix[row][column] * right[column];
      }
      right[row] /= matrix[row][row];
    }
    return right;
  }
}
