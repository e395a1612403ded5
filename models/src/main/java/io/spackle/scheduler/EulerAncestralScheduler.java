package io.spackle.scheduler;

import io.spackle.scheduler.KDiffusionSpacing.AncestralStep;
import io.spackle.tensor.FloatTensor;

/**
 * Euler steps that go below the next noise level and back up with fresh noise ({@code
 * sample_euler_ancestral} of Crowson's k-diffusion). Draws once per step, including the last.
 */
final class EulerAncestralScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  EulerAncestralScheduler(SchedulerConfig config) {
    config.reject("use_karras_sigmas");
    prediction = Prediction.of(config);
    spacing =
        KDiffusionSpacing.of(
            config,
            NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config).withFiniteSigmas());
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    return new Run(
        spacing.levels(schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> {
          FloatTensor slope = prediction.slope(sigmas[i], sample, output);
          AncestralStep step = AncestralStep.of(sigmas[i], sigmas[i + 1]);
          return Mix.of(1, sample)
              .plus(step.down() - sigmas[i], slope)
              .plusFresh(step.up(), noise)
              .tensor();
        });
  }
}
