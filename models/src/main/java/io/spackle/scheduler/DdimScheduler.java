package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;

/**
 * Song, Meng and Ermon, "Denoising diffusion implicit models", equation 12: estimate the clean
 * sample, then bring it to the previous noise level with the estimated noise and, where {@code eta}
 * is above 0, fresh noise. Eta 0, the default, draws nothing; eta 1 is as stochastic as DDPM.
 */
final class DdimScheduler implements Scheduler {

  private final NoiseSchedule schedule;
  private final TimestepSpacing spacing;
  private final int offset;
  private final Prediction prediction;
  private final float lastAlphaBar;
  private final double eta;

  DdimScheduler(SchedulerConfig config) {
    config.reject("use_karras_sigmas");
    schedule = NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config);
    spacing = TimestepSpacing.of(config, "leading");
    offset = config.integer("steps_offset", 0);
    prediction = Prediction.clipped(config, true);
    lastAlphaBar = config.flag("set_alpha_to_one", true) ? 1 : schedule.alphaBars()[0];
    eta = config.number("eta", 0);
  }

  @Override
  public Run start(Run.Spec spec) {
    float[] timesteps = spacing.integerPoints(spec.steps(), schedule.trainingSteps(), offset);
    int stride = schedule.trainingSteps() / spec.steps();
    return new Run(
        Levels.discrete(timesteps, schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> {
          int timestep = (int) timesteps[i];
          double alphaBar = schedule.alphaBars()[timestep];
          double previous =
              timestep < stride ? lastAlphaBar : schedule.alphaBars()[timestep - stride];
          double deviation = eta * deviation(alphaBar, previous);
          Mix next = mean(alphaBar, previous, deviation, sample, output);
          return (eta > 0 ? next.plusFresh(deviation, noise) : next).tensor();
        });
  }

  private Mix mean(
      double alphaBar, double previous, double deviation, FloatTensor sample, FloatTensor output) {
    double signal = Math.sqrt(alphaBar);
    double noise = Math.sqrt(1 - alphaBar);
    FloatTensor clean = prediction.clean(signal, noise, sample, output);
    FloatTensor gaussian = prediction.gaussian(signal, noise, sample, output);
    return Mix.of(Math.sqrt(previous), clean)
        .plus(Math.sqrt(1 - previous - deviation * deviation), gaussian);
  }

  /** Equation 16 at eta 1. */
  private static double deviation(double alphaBar, double previous) {
    return Math.sqrt((1 - previous) / (1 - alphaBar) * (1 - alphaBar / previous));
  }
}
