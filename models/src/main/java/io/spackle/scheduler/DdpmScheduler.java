package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", equations 6 and 7 on a strided
 * schedule: the posterior mean given the estimated clean sample, plus noise of the posterior
 * variance. Draws once per step, except at timestep 0.
 */
final class DdpmScheduler implements Scheduler {

  private static final double MIN_VARIANCE = 1e-20;

  private final NoiseSchedule schedule;
  private final TimestepSpacing spacing;
  private final int offset;
  private final Prediction prediction;

  DdpmScheduler(SchedulerConfig config) {
    config.reject("use_karras_sigmas");
    config.choice("variance_type", "fixed_small", List.of("fixed_small"));
    schedule = NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config);
    spacing = TimestepSpacing.of(config, "leading");
    offset = config.integer("steps_offset", 0);
    prediction = Prediction.clipped(config, true);
  }

  @Override
  public Run start(Run.Spec spec) {
    float[] timesteps = spacing.integerPoints(spec.steps(), schedule.trainingSteps(), offset);
    return new Run(
        Levels.discrete(timesteps, schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> {
          double next = i + 1 < timesteps.length ? alphaBar(timesteps[i + 1]) : 1;
          Mix posterior = mean(alphaBar(timesteps[i]), next, sample, output);
          if (timesteps[i] > 0) {
            posterior.plusFresh(deviation(alphaBar(timesteps[i]), next), noise);
          }
          return posterior.tensor();
        });
  }

  private Mix mean(double alphaBar, double next, FloatTensor sample, FloatTensor output) {
    double alpha = alphaBar / next;
    FloatTensor clean =
        prediction.clean(Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar), sample, output);
    return Mix.of(Math.sqrt(next) * (1 - alpha) / (1 - alphaBar), clean)
        .plus(Math.sqrt(alpha) * (1 - next) / (1 - alphaBar), sample);
  }

  private static double deviation(double alphaBar, double next) {
    double variance = (1 - next) / (1 - alphaBar) * (1 - alphaBar / next);
    return Math.sqrt(Math.max(variance, MIN_VARIANCE));
  }

  private double alphaBar(float timestep) {
    return schedule.alphaBars()[(int) timestep];
  }
}
