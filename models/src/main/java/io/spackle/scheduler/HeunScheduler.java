package io.spackle.scheduler;

import io.spackle.scheduler.KDiffusionSpacing.TwoStage;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * Heun's method along dx/dsigma = gaussian (Karras et al., "Elucidating the design space of
 * diffusion-based generative models", algorithm 1): an Euler step, which is then repeated with the
 * mean of the slopes at both ends. The last step, to sigma 0, is a plain Euler step. Draws no
 * noise.
 */
final class HeunScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  HeunScheduler(SchedulerConfig config) {
    config.reject("clip_sample", "rescale_betas_zero_snr");
    prediction = Prediction.of(config);
    spacing = KDiffusionSpacing.of(config, NoiseSchedule.of(config, 0.00085, 0.012, "linear"));
  }

  @Override
  public int order() {
    return 2;
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    int calls = 2 * spec.steps() - 1;
    float[] levels = TwoStage.spread(sigmas, calls + 1);
    return new Run(
        Levels.exploding(
            TwoStage.spread(schedule.timesteps(), calls),
            levels,
            levels,
            spacing.initNoiseSigma(sigmas)),
        order() * spec.skippedSteps(),
        new Stages(sigmas));
  }

  /** The state of one run. */
  private final class Stages implements Run.Step {

    private final float[] sigmas;
    private FloatTensor start;
    private FloatTensor startSlope;

    Stages(float[] sigmas) {
      this.sigmas = sigmas;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      float from = sigmas[TwoStage.step(i)];
      float to = sigmas[TwoStage.step(i) + 1];
      if (TwoStage.isFirst(i)) {
        start = sample;
        startSlope = prediction.slope(from, sample, output);
        return Mix.of(1, start).plus(to - from, startSlope).tensor();
      }
      FloatTensor endSlope = prediction.slope(to, sample, output);
      return Mix.of(1, start)
          .plus((to - from) / 2, startSlope)
          .plus((to - from) / 2, endSlope)
          .tensor();
    }
  }
}
