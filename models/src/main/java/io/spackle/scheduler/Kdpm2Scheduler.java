package io.spackle.scheduler;

import io.spackle.scheduler.KDiffusionSpacing.TwoStage;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * The midpoint method along dx/dsigma = gaussian with the midpoint in log(sigma) ({@code
 * sample_dpm_2} of Crowson's k-diffusion, after Karras et al., "Elucidating the design space of
 * diffusion-based generative models"). The last step, to sigma 0, is a plain Euler step. Draws no
 * noise.
 */
final class Kdpm2Scheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  Kdpm2Scheduler(SchedulerConfig config) {
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
    float[] middles = new float[spec.steps()];
    for (int step = 0; step < middles.length; step++) {
      middles[step] = SigmaSchedule.geometricMean(sigmas[step], sigmas[step + 1]);
    }
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
      return Mix.of(1, start).plus(sigmas[step + 1] - sigmas[step], slope).tensor();
    }
  }
}
