package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", equations 6 and 7 over a thinned
 * schedule: the mean of the posterior given the estimated clean sample, plus noise of its variance.
 * Draws once per step, but not at timestep 0.
 */
final class DdpmScheduler implements Scheduler {

  private static final double LEAST_VARIANCE = 1e-20;

  private final NoiseSchedule schedule;
  private final TimestepSpacing spacing;
  private final int offset;
  private final Prediction prediction;
  private final Clipping clipping;

  DdpmScheduler(SchedulerConfig config) {
    config.refuse("use_karras_sigmas");
    config.choice("variance_type", "fixed_small", List.of("fixed_small"));
    schedule = NoiseSchedule.of(config, 0.0001, 0.02, "linear").rescaled(config);
    spacing = TimestepSpacing.of(config, "leading");
    offset = config.integer("steps_offset", 0);
    prediction = Prediction.of(config);
    clipping = Clipping.of(config, config.flag("clip_sample", true));
  }

  @Override
  public int order() {
    return 1;
  }

  @Override
  public Run start(RunSpec spec) {
    float[] timesteps = spacing.wholePoints(spec.steps(), schedule.trainingSteps(), offset);
    return new SteppedRun(
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
        clipping.apply(
            prediction.clean(Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar), sample, output));
    return Mix.of(Math.sqrt(next) * (1 - alpha) / (1 - alphaBar), clean)
        .plus(Math.sqrt(alpha) * (1 - next) / (1 - alphaBar), sample);
  }

  private static double deviation(double alphaBar, double next) {
    double variance = (1 - next) / (1 - alphaBar) * (1 - alphaBar / next);
    return Math.sqrt(Math.max(variance, LEAST_VARIANCE));
  }

  private double alphaBar(float timestep) {
    return schedule.alphaBars()[(int) timestep];
  }
}
