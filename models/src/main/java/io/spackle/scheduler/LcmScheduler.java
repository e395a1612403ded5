package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;

/**
 * Luo et al., "Latent consistency models: synthesizing high-resolution images with few-step
 * inference", algorithm 3: estimate the clean sample, then add noise up to the next level. Draws
 * once per step, except in the last.
 */
final class LcmScheduler implements Scheduler {

  /** The data's standard deviation in the boundary condition of the consistency function. */
  private static final double SIGMA_DATA = 0.5;

  private final NoiseSchedule schedule;
  private final Prediction prediction;
  private final int originalSteps;
  private final double timestepScaling;

  LcmScheduler(SchedulerConfig config) {
    config.reject("use_karras_sigmas");
    schedule = NoiseSchedule.of(config, 0.00085, 0.012, "scaled_linear").rescaled(config);
    prediction = Prediction.clipped(config, false);
    originalSteps = config.integer("original_inference_steps", 50);
    timestepScaling = config.number("timestep_scaling", 10);
  }

  @Override
  public Run start(Run.Spec spec) {
    float[] timesteps = timesteps(spec.steps());
    return new Run(
        Levels.discrete(timesteps, schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> {
          FloatTensor denoised = denoised(timesteps[i], sample, output);
          if (i == timesteps.length - 1) {
            return denoised;
          }
          double next = schedule.alphaBars()[(int) timesteps[i + 1]];
          return Mix.of(Math.sqrt(next), denoised).plusFresh(Math.sqrt(1 - next), noise).tensor();
        });
  }

  /** An even selection of the timesteps that the model was distilled at, descending. */
  private float[] timesteps(int steps) {
    if (steps > originalSteps) {
      throw new IllegalArgumentException(
          steps + " steps, expected at most original_inference_steps, " + originalSteps);
    }
    int stride = schedule.trainingSteps() / originalSteps;
    float[] timesteps = new float[steps];
    for (int i = 0; i < steps; i++) {
      int skipped = (int) (i * ((double) originalSteps / steps));
      timesteps[i] = (originalSteps - skipped) * stride - 1;
    }
    return timesteps;
  }

  /** The consistency function: an estimate of the clean sample that is the sample at t = 0. */
  private FloatTensor denoised(float timestep, FloatTensor sample, FloatTensor output) {
    double alphaBar = schedule.alphaBars()[(int) timestep];
    FloatTensor clean =
        prediction.clean(Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar), sample, output);
    double scaled = timestep * timestepScaling;
    double norm = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
    return Mix.of(scaled / Math.sqrt(norm), clean)
        .plus(SIGMA_DATA * SIGMA_DATA / norm, sample)
        .tensor();
  }
}
