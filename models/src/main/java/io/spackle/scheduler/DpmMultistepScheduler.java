package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * Lu et al., "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models",
 * algorithm 2 (2M) and its third-order extension: the clean sample is extrapolated from those of
 * the previous steps. The SDE variant draws once per step, including the last.
 */
final class DpmMultistepScheduler implements Scheduler {

  /** Runs with fewer steps end with lower orders, for stability. */
  private static final int FULL_ORDER_STEPS = 15;

  private final DpmOptions options;
  private final DpmSpacing spacing;
  private final boolean lowerOrderFinal;
  private final boolean eulerAtFinal;
  private final float lastSigma;

  DpmMultistepScheduler(SchedulerConfig config) {
    options = DpmOptions.of(config);
    if (options.stochastic() && options.order() > 2) {
      throw config.unsupported("solver_order", "1 or 2 with sde-dpmsolver++");
    }
    spacing =
        DpmSpacing.of(
            config,
            NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config).withFiniteSigmas());
    lowerOrderFinal = config.flag("lower_order_final", true);
    eulerAtFinal = config.flag("euler_at_final", false);
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

    Solver(float[] sigmas) {
      this.sigmas = sigmas;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      cleans.add(options.clean(sigmas[i], sample, output));
      DpmStep step = options.step(sigmas[i], sigmas[i + 1]);
      Mix next = Mix.of(step.sample(), sample).plus(1, cleans.sum(weights(step, i)));
      if (options.stochastic()) {
        next.plusFresh(step.noise(), noise);
      }
      return next.tensor();
    }

    private double[] weights(DpmStep step, int i) {
      return switch (order(i)) {
        case 1 -> new double[] {step.value()};
        case 2 -> second(step, i);
        default -> third(step, i);
      };
    }

    private int order(int i) {
      int remaining = sigmas.length - 1 - i; // steps, including this one
      boolean lower = lowerOrderFinal && sigmas.length - 1 < FULL_ORDER_STEPS;
      if (remaining == 1 && (lower || eulerAtFinal || lastSigma == 0)) {
        return 1;
      }
      return Math.min(cleans.size(), remaining == 2 && lower ? 2 : options.order());
    }

    private double[] second(DpmStep step, int i) {
      double slope = options.first(step) * rise(i) / rise(i - 1);
      return new double[] {step.value() + slope, -slope};
    }

    private double[] third(DpmStep step, int i) {
      double r0 = rise(i - 1) / rise(i);
      double r1 = rise(i - 2) / rise(i);
      double near = (step.first() * (2 * r0 + r1) + step.second()) / (r0 + r1) / r0;
      double far = (step.first() * r0 + step.second()) / (r0 + r1) / r1;
      return new double[] {step.value() + near, -near - far, far};
    }

    /** The rise of lambda in step i. */
    private double rise(int i) {
      return DpmStep.rise(sigmas[i], sigmas[i + 1]);
    }
  }
}
