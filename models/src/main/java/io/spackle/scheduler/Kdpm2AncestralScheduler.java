package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import java.util.Arrays;

/**
 * {@link Kdpm2Scheduler} with steps that go below the next noise level and come back up with fresh
 * noise ({@code sample_dpm_2_ancestral} of Crowson's k-diffusion). Draws once per step, but not in
 * the last.
 */
final class Kdpm2AncestralScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  Kdpm2AncestralScheduler(SchedulerConfig config) {
    config.refuse("rescale_betas_zero_snr");
    prediction = Prediction.of(config);
    spacing = KDiffusionSpacing.of(config, NoiseSchedule.of(config, 0.00085, 0.012, "linear"));
  }

  @Override
  public int order() {
    return 2;
  }

  @Override
  public Run start(RunSpec spec) {
    SigmaSchedule schedule = spacing.spreadRounded(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    // Halfway in logarithm between a level and the one gone down to lies the next level itself.
    float[] middles = Arrays.copyOfRange(sigmas, 1, sigmas.length);
    return new SteppedRun(
        spacing.midpointLevels(schedule, middles),
        order() * spec.skippedSteps(),
        new Stages(sigmas, middles));
  }

  /** The state of one run. */
  private final class Stages implements SteppedRun.Step {

    private final float[] sigmas;
    private final float[] middles;
    private FloatTensor begin;

    Stages(float[] sigmas, float[] middles) {
      this.sigmas = sigmas;
      this.middles = middles;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      int step = TwoStage.step(i);
      if (TwoStage.isFirst(i)) {
        begin = sample;
        FloatTensor slope = prediction.slope(sigmas[step], sample, output);
        return Mix.of(1, begin).plus(middles[step] - sigmas[step], slope).tensor();
      }
      FloatTensor slope = prediction.slope(middles[step], sample, output);
      AncestralStep ancestral = AncestralStep.of(sigmas[step], sigmas[step + 1]);
      return Mix.of(1, begin)
          .plus(ancestral.down() - sigmas[step], slope)
          .plusFresh(ancestral.up(), noise)
          .tensor();
    }
  }
}
