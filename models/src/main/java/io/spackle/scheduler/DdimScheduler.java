package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;

/**
 * Song, Meng and Ermon, "Denoising diffusion implicit models", equation 12 with eta 0: estimate the
 * clean sample, then bring it to the previous noise level with the estimated noise. Draws no noise.
 */
final class DdimScheduler implements Scheduler {

  private final NoiseSchedule schedule;
  private final TimestepSpacing spacing;
  private final int offset;
  private final Prediction prediction;
  private final float lastAlphaBar;

  DdimScheduler(SchedulerConfig config) {
    config.reject("use_karras_sigmas");
    schedule = NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config);
    spacing = TimestepSpacing.of(config, "leading");
    offset = config.integer("steps_offset", 0);
    prediction = Prediction.clipped(config, true);
    lastAlphaBar = config.flag("set_alpha_to_one", true) ? 1 : schedule.alphaBars()[0];
  }

  @Override
  public Run start(Run.Spec spec) {
    float[] timesteps = spacing.integerPoints(spec.steps(), schedule.trainingSteps(), offset);
    int stride = schedule.trainingSteps() / spec.steps();
    return new Run(
        Levels.discrete(timesteps, schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> step((int) timesteps[i], stride, sample, output));
  }

  private FloatTensor step(int timestep, int stride, FloatTensor sample, FloatTensor output) {
    double alphaBar = schedule.alphaBars()[timestep];
    double previous = timestep < stride ? lastAlphaBar : schedule.alphaBars()[timestep - stride];
    double signal = Math.sqrt(alphaBar);
    double noise = Math.sqrt(1 - alphaBar);
    FloatTensor clean = prediction.clean(signal, noise, sample, output);
    FloatTensor gaussian = prediction.gaussian(signal, noise, sample, output);
    return Mix.of(Math.sqrt(previous), clean).plus(Math.sqrt(1 - previous), gaussian).tensor();
  }
}
