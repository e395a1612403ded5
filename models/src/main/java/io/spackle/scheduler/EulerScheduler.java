package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Euler steps along the probability flow ODE dx/dsigma = gaussian (Karras et al., "Elucidating the
 * design space of diffusion-based generative models", algorithm 2 without churn). One model call
 * per step; draws no noise.
 */
final class EulerScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;
  private final float lastSigma;

  EulerScheduler(SchedulerConfig config) {
    config.choice("interpolation_type", "linear", List.of("linear"));
    config.choice("timestep_type", "discrete", List.of("discrete"));
    NoiseSchedule schedule =
        NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config).withFiniteSigmas();
    prediction = Prediction.of(config);
    spacing = KDiffusionSpacing.of(config, schedule);
    lastSigma =
        config.choice("final_sigmas_type", "zero", List.of("zero", "sigma_min")).equals("zero")
            ? 0
            : schedule.sigmas()[0];
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(lastSigma);
    float[] sigmas = schedule.sigmas();
    return new Run(
        spacing.levels(schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> {
          FloatTensor slope = prediction.slope(sigmas[i], sample, output);
          return Mix.of(1, sample).plus(sigmas[i + 1] - sigmas[i], slope).tensor();
        });
  }
}
