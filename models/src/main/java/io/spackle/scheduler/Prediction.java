package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * What a diffusion model's output means.
 *
 * <p>A sample is {@code signal * clean + noise * gaussian}. The variance-preserving samplers keep
 * signal^2 + noise^2 = 1; the variance-exploding ones, which work on the sample divided by signal,
 * count only the ratio {@code sigma = noise / signal}.
 */
enum Prediction {
  /** The Gaussian noise in the sample (Ho et al., "Denoising diffusion probabilistic models"). */
  EPSILON,
  /** signal * gaussian - noise * clean (Salimans and Ho, "Progressive distillation"). */
  V_PREDICTION,
  /** The clean sample itself. */
  SAMPLE;

  private static final List<String> NAMES = List.of("epsilon", "v_prediction", "sample");

  static Prediction of(SchedulerConfig config) {
    return values()[NAMES.indexOf(config.choice("prediction_type", "epsilon", NAMES))];
  }

  /** The clean sample that a variance-preserving sample and the output imply. */
  FloatTensor clean(double signal, double noise, FloatTensor sample, FloatTensor output) {
    return switch (this) {
      case EPSILON -> Mix.of(1 / signal, sample).plus(-noise / signal, output).tensor();
      case V_PREDICTION -> Mix.of(signal, sample).plus(-noise, output).tensor();
      case SAMPLE -> output;
    };
  }

  /** The Gaussian noise that a variance-preserving sample and the output imply. */
  FloatTensor gaussian(double signal, double noise, FloatTensor sample, FloatTensor output) {
    return switch (this) {
      case EPSILON -> output;
      case V_PREDICTION -> Mix.of(noise, sample).plus(signal, output).tensor();
      case SAMPLE -> Mix.of(1 / noise, sample).plus(-signal / noise, output).tensor();
    };
  }

  /**
   * The derivative by sigma of a variance-exploding sample, which is the Gaussian noise in it
   * (Karras et al., "Elucidating the design space of diffusion-based generative models", algorithm
   * 1).
   */
  FloatTensor slope(double sigma, FloatTensor sample, FloatTensor output) {
    return switch (this) {
      case EPSILON -> output;
      case V_PREDICTION ->
          Mix.of(sigma / (sigma * sigma + 1), sample)
              .plus(1 / Math.sqrt(sigma * sigma + 1), output)
              .tensor();
      case SAMPLE -> Mix.of(1 / sigma, sample).plus(-1 / sigma, output).tensor();
    };
  }
}
