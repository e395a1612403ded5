package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * Liu et al., "Pseudo numerical methods for diffusion models on manifolds": linear multistep (PLMS)
 * steps of up to fourth order over the transfer of equation 11. The first step takes two model
 * calls, so a run of n steps makes n + 1. Draws no noise.
 */
final class PndmScheduler implements Scheduler {

  private final NoiseSchedule schedule;
  private final TimestepSpacing spacing;
  private final int offset;
  private final Prediction prediction;
  private final float lastAlphaBar;

  PndmScheduler(SchedulerConfig config) {
    config.reject("use_karras_sigmas", "rescale_betas_zero_snr");
    config.choice("prediction_type", "epsilon", List.of("epsilon", "v_prediction"));
    if (!config.flag("skip_prk_steps", false)) {
      throw config.unsupported("skip_prk_steps", "true: the Runge-Kutta start is not supported");
    }
    schedule = NoiseSchedule.of(config, 0.0001, 0.02, "linear");
    spacing = TimestepSpacing.of(config, "leading");
    offset = config.integer("steps_offset", 0);
    prediction = Prediction.of(config);
    lastAlphaBar = config.flag("set_alpha_to_one", false) ? 1 : schedule.alphaBars()[0];
  }

  @Override
  public Run start(Run.Spec spec) {
    float[] points = spacing.integerPoints(spec.steps(), schedule.trainingSteps(), offset);
    float[] timesteps = withSecondRepeated(points);
    int stride = schedule.trainingSteps() / spec.steps();
    return new Run(
        Levels.discrete(timesteps, schedule), spec.skippedSteps(), new Plms(timesteps, stride));
  }

  private static float[] withSecondRepeated(float[] points) {
    if (points.length == 1) {
      return points;
    }
    float[] timesteps = new float[points.length + 1];
    System.arraycopy(points, 0, timesteps, 0, 2);
    System.arraycopy(points, 1, timesteps, 2, points.length - 1);
    return timesteps;
  }

  /** The state of one run. */
  private final class Plms implements Run.Step {

    private final float[] timesteps;
    private final int stride;
    private final History outputs = new History(4);
    private FloatTensor first;
    private int calls;

    Plms(float[] timesteps, int stride) {
      this.timesteps = timesteps;
      this.stride = stride;
    }

    @Override
    public FloatTensor apply(FloatTensor output, int index, FloatTensor sample, BatchNoise noise) {
      int timestep = (int) timesteps[index];
      if (calls++ == 1) {
        // The second call is made at the first step's end; its mean with the first redoes the step.
        FloatTensor mean = Mix.of(0.5, output).plus(0.5, outputs.get(0)).tensor();
        return transfer(first, mean, timestep + stride, timestep);
      }
      first = sample;
      outputs.add(output);
      return transfer(sample, extrapolated(), timestep, timestep - stride);
    }

    /** The extrapolated output: Adams-Bashforth of the order that the history allows. */
    private FloatTensor extrapolated() {
      return switch (outputs.size()) {
        case 1 -> outputs.sum(1);
        case 2 -> outputs.sum(3 / 2.0, -1 / 2.0);
        case 3 -> outputs.sum(23 / 12.0, -16 / 12.0, 5 / 12.0);
        default -> outputs.sum(55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0);
      };
    }
  }

  /** Equation 11: transfers a sample from one timestep to another. */
  private FloatTensor transfer(FloatTensor sample, FloatTensor output, int from, int to) {
    double alphaBar = schedule.alphaBars()[from];
    double next = to < 0 ? lastAlphaBar : schedule.alphaBars()[to];
    double signal = Math.sqrt(alphaBar);
    double noise = Math.sqrt(1 - alphaBar);
    double divisor = alphaBar * Math.sqrt(1 - next) + Math.sqrt(alphaBar * (1 - alphaBar) * next);
    return Mix.of(Math.sqrt(next / alphaBar), sample)
        .plus((alphaBar - next) / divisor, prediction.gaussian(signal, noise, sample, output))
        .tensor();
  }
}
