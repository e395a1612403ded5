package io.spackle.scheduler;

import io.spackle.scheduler.KDiffusionSpacing.AncestralStep;
import io.spackle.scheduler.KDiffusionSpacing.TwoStage;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import java.util.Arrays;

/**
 * The ancestral variant of {@link Kdpm2Scheduler}: steps go below the next noise level and back up
 * with fresh noise ({@code sample_dpm_2_ancestral} of Crowson's k-diffusion). Draws once per step,
 * except in the last.
 */
final class Kdpm2AncestralScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  Kdpm2AncestralScheduler(SchedulerConfig config) {
    config.reject("rescale_betas_zero_snr");
    prediction = Prediction.of(config);
    spacing = KDiffusionSpacing.of(config, NoiseSchedule.of(config, 0.00085, 0.012, "linear"));
  }

  @Override
  public int order() {
    return 2;
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spreadRounded(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    // The geometric mean of a level and the level stepped down to is the next level.
    float[] middles = Arrays.copyOfRange(sigmas, 1, sigmas.length);
    return new Run(
        spacing.midpointLevels(schedule, middles),
        order() * spec.skippedSteps(),
        new Stages(sigmas, middles));
  }

  /** The state of one run. */
  private final class Stages implements Run.Step {

    private final float[] sigmas;
    private final float[] middles;
    private FloatTensor start;

    Stages(float[] sigmas, float[] middles) {
      this.sigmas = sigmas;
      this.middles = middles;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      int step = TwoStage.step(i);
      if (TwoStage.isFirst(i)) {
        start = sample;
        FloatTensor slope = prediction.slope(sigmas[step], sample, output);
        return Mix.of(1, start).plus(middles[step] - sigmas[step], slope).tensor();
      }
      FloatTensor slope = prediction.slope(middles[step], sample, output);
      AncestralStep ancestral = AncestralStep.of(sigmas[step], sigmas[step + 1]);
      return Mix.of(1, start)
          .plus(ancestral.down() - sigmas[step], slope)
          .plusFresh(ancestral.up(), noise)
          .tensor();
    }
  }
}
