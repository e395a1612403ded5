package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;

/**
 * Euler steps that go below the next noise level and come back up with fresh noise ({@code
 * sample_euler_ancestral} of Crowson's k-diffusion). Draws once per step, the last one included.
 */
final class EulerAncestralScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  EulerAncestralScheduler(SchedulerConfig config) {
    config.refuse("use_karras_sigmas");
    prediction = Prediction.of(config);
    spacing =
        KDiffusionSpacing.of(
            config,
            NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config).withFiniteSigmas());
  }

  @Override
  public int order() {
    return 1;
  }

  @Override
  public Run start(RunSpec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    return new SteppedRun(
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
