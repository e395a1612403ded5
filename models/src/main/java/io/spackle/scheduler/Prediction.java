package io.spackle.scheduler;

import io.spackle.tensor.FloatTensor;
import java.util.List;

/**
 * The interpretation of a diffusion model's output.
 *
 * <p>A sample is {@code signal * clean + noise * gaussian}. Variance-preserving samplers keep
 * signal^2 + noise^2 = 1; variance-exploding ones, which work on the sample divided by signal, use
 * only the ratio {@code sigma = noise / signal}.
 *
 * @param type the quantity that the model predicts
 * @param limit the bound on the absolute values of clean samples, infinite for none
 */
record Prediction(Type type, double limit) {

  /** The quantity that a model predicts: the key prediction_type. */
  enum Type {
    /** The Gaussian noise in the sample (Ho et al., "Denoising diffusion probabilistic models"). */
    EPSILON,
    /** signal * gaussian - noise * clean (Salimans and Ho, "Progressive distillation"). */
    V_PREDICTION,
    /** The clean sample itself. */
    SAMPLE
  }

  private static final List<String> NAMES = List.of("epsilon", "v_prediction", "sample");

  /** The prediction of a configuration, for samplers that do not clip the clean sample. */
  static Prediction of(SchedulerConfig config) {
    return new Prediction(type(config), Double.POSITIVE_INFINITY);
  }

  /**
   * The prediction of a configuration, for samplers that clip the clean sample: the keys
   * clip_sample and clip_sample_range. Clipping is meant for pixels, not latents, but some classes
   * default to it.
   *
   * @param clipsByDefault the class's default for clip_sample
   * @throws IllegalArgumentException for dynamic thresholding, which is not meant for latents
   *     either
   */
  static Prediction clipped(SchedulerConfig config, boolean clipsByDefault) {
    config.reject("thresholding");
    boolean clips = config.flag("clip_sample", clipsByDefault);
    return new Prediction(
        type(config), clips ? config.number("clip_sample_range", 1) : Double.POSITIVE_INFINITY);
  }

  private static Type type(SchedulerConfig config) {
    return Type.values()[NAMES.indexOf(config.choice("prediction_type", "epsilon", NAMES))];
  }

  /** The clean sample that follows from a variance-preserving sample and the model's output. */
  FloatTensor clean(double signal, double noise, FloatTensor sample, FloatTensor output) {
    FloatTensor clean =
        switch (type) {
          case EPSILON -> Mix.of(1 / signal, sample).plus(-noise / signal, output).tensor();
          case V_PREDICTION -> Mix.of(signal, sample).plus(-noise, output).tensor();
          case SAMPLE -> output;
        };
    return Double.isInfinite(limit) ? clean : Mix.of(1, clean).clamp(limit).tensor();
  }

  /** The Gaussian noise that follows from a variance-preserving sample and the model's output. */
  FloatTensor gaussian(double signal, double noise, FloatTensor sample, FloatTensor output) {
    return switch (type) {
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
    return switch (type) {
      case EPSILON -> output;
      case V_PREDICTION ->
          Mix.of(sigma / (sigma * sigma + 1), sample)
              .plus(1 / Math.sqrt(sigma * sigma + 1), output)
              .tensor();
      case SAMPLE -> Mix.of(1 / sigma, sample).plus(-1 / sigma, output).tensor();
    };
  }
}
