package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * Heun's method along dx/dsigma = gaussian (Karras et al., "Elucidating the design space of
 * diffusion-based generative models", algorithm 1): a trial Euler step, then the step again with
 * the mean of the slopes at both ends. The last step, to no noise, is a plain Euler step. Draws
 * nothing.
 */
final class HeunScheduler implements Scheduler {

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  HeunScheduler(SchedulerConfig config) {
    config.refuse("clip_sample", "rescale_betas_zero_snr");
    prediction = Prediction.of(config);
    spacing = KDiffusionSpacing.of(config, NoiseSchedule.of(config, 0.00085, 0.012, "linear"));
  }

  @Override
  public int order() {
    return 2;
  }

  @Override
  public Run start(RunSpec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    int calls = 2 * spec.steps() - 1;
    float[] levels = TwoStage.spread(sigmas, calls + 1);
    return new SteppedRun(
        Levels.exploding(
            TwoStage.spread(schedule.timesteps(), calls),
            levels,
            levels,
            spacing.initNoiseSigma(sigmas)),
        order() * spec.skippedSteps(),
        new Stages(sigmas));
  }

  /** The state of one run. */
  private final class Stages implements SteppedRun.Step {

    private final float[] sigmas;
    private FloatTensor begin;
    private FloatTensor beginSlope;

    Stages(float[] sigmas) {
      this.sigmas = sigmas;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int i, FloatTensor sample, BatchNoise noise) {
      float from = sigmas[TwoStage.step(i)];
      float to = sigmas[TwoStage.step(i) + 1];
      if (TwoStage.isFirst(i)) {
        begin = sample;
        beginSlope = prediction.slope(from, sample, output);
        return Mix.of(1, begin).plus(to - from, beginSlope).tensor();
      }
      FloatTensor endSlope = prediction.slope(to, sample, output);
      return Mix.of(1, begin)
          .plus((to - from) / 2, beginSlope)
          .plus((to - from) / 2, endSlope)
          .tensor();
    }
  }
}
