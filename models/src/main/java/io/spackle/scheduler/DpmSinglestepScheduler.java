package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * Lu et al., "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models",
 * algorithm 1 (2S) and its third-order extension: steps come in groups of one, two and three, and
 * each step of a group restarts from the sample at the group's start. Draws no noise.
 */
final class DpmSinglestepScheduler implements Scheduler {

  private final DpmOptions options;
  private final DpmSpacing spacing;
  private final boolean lowerOrderFinal;
  private final float lastSigma;

  DpmSinglestepScheduler(SchedulerConfig config) {
    config.reject("use_lu_lambdas", "rescale_betas_zero_snr");
    options = DpmOptions.of(config);
    if (options.stochastic()) {
      throw config.unsupported("algorithm_type", "dpmsolver++");
    }
    spacing = DpmSpacing.of(config, NoiseSchedule.of(config, 0.0001, 0.02, "linear")).even();
    lowerOrderFinal = config.flag("lower_order_final", false);
    lastSigma = options.endsAtZero() ? 0 : spacing.lowestSigma();
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(lastSigma);
    return new Run(Levels.preserving(schedule), spec.skippedSteps(), new Solver(schedule.sigmas()));
  }

  /** The state of one run. */
  private final class Solver implements Run.Step {

    private final float[] sigmas;
    private final History cleans = new History(options.order());
    private FloatTensor groupStart;

    Solver(float[] sigmas) {
      this.sigmas = sigmas;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      cleans.add(options.clean(sigmas[i], sample, output));
      int order = Math.min(order(i), cleans.size()); // a run may start inside a group
      if (order == 1) {
        groupStart = sample;
      }
      int first = i - order + 1;
      DpmStep step = options.step(sigmas[first], sigmas[i + 1]);
      double[] weights =
          switch (order) {
            case 1 -> new double[] {step.value()};
            case 2 -> second(step, i);
            default -> third(step, i);
          };
      return Mix.of(step.sample(), groupStart).plus(1, cleans.sum(weights)).tensor();
    }

    /** The position of step i in its group, from 1 to the solver's order. */
    private int order(int i) {
      int steps = sigmas.length - 1;
      boolean fullGroup = steps % options.order() == 0;
      if (i == steps - 1 && (lastSigma == 0 || (lowerOrderFinal && fullGroup))) {
        return 1;
      }
      return i % options.order() + 1;
    }

    private double[] second(DpmStep step, int i) {
      double slope = options.first(step) * step.h() / rise(i - 1, i);
      return new double[] {slope, step.value() - slope};
    }

    private double[] third(DpmStep step, int i) {
      double r0 = rise(i - 2, i) / step.h();
      double r1 = rise(i - 2, i - 1) / step.h();
      if (!options.heun()) {
        double slope = step.first() / r0;
        return new double[] {slope, 0, step.value() - slope};
      }
      double late = (2 * step.second() - step.first() * r1) / (r0 - r1) / r0;
      double early = (step.first() * r0 - 2 * step.second()) / (r0 - r1) / r1;
      return new double[] {late, early, step.value() - early - late};
    }

    private double rise(int from, int to) {
      return DpmStep.rise(sigmas[from], sigmas[to]);
    }
  }
}
