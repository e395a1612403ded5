package io.spackle.scheduler;

import java.util.List;

/**
 * The noise schedule that a diffusion model was trained with.
 *
 * @param alphaBars the share of signal variance at each training timestep: the cumulative product
 *     of (1 - beta), descending from nearly 1 to nearly 0
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, never modified after construction
record NoiseSchedule(float[] alphaBars) {

  private static final List<String> NAMES = List.of("linear", "scaled_linear", "squaredcos_cap_v2");

  /** The upper limit of beta in the cosine schedule. */
  private static final double MAX_BETA = 0.999;

  /** Replaces 0 for samplers that divide by alphaBar. */
  private static final float MIN_ALPHA_BAR = 0x1p-24f;

  /**
   * The schedule of a configuration.
   *
   * @param start the class's default for beta_start
   * @param end the class's default for beta_end
   * @param shape the class's default for beta_schedule
   * @throws IllegalArgumentException for a beta_schedule other than {@link #NAMES}
   */
  static NoiseSchedule of(SchedulerConfig config, double start, double end, String shape) {
    double[] trained = config.numbers("trained_betas");
    if (trained.length > 0) {
      return ofBetas(toFloats(trained));
    }
    int count = config.integer("num_train_timesteps", 1000);
    if (count < 2) {
      throw config.unsupported("num_train_timesteps", "at least 2");
    }
    double from = config.number("beta_start", start);
    double to = config.number("beta_end", end);
    return ofBetas(
        switch (config.choice("beta_schedule", shape, NAMES)) {
          case "linear" -> linear(from, to, count);
          case "scaled_linear" -> squared(linear(Math.sqrt(from), Math.sqrt(to), count));
          default -> cosine(count);
        });
  }

  int trainingSteps() {
    return alphaBars.length;
  }

  /** The standard deviation of noise over that of signal at each training timestep, ascending. */
  float[] sigmas() {
    float[] sigmas = new float[alphaBars.length];
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = (float) Math.sqrt((1 - alphaBars[i]) / alphaBars[i]);
    }
    return sigmas;
  }

  /**
   * This schedule, rescaled to zero signal at the last timestep if the key rescale_betas_zero_snr
   * is true (Lin et al., "Common diffusion noise schedules and sample steps are flawed", algorithm
   * 1).
   */
  NoiseSchedule rescaled(SchedulerConfig config) {
    if (!config.flag("rescale_betas_zero_snr", false)) {
      return this;
    }
    double first = Math.sqrt(alphaBars[0]);
    double last = Math.sqrt(alphaBars[alphaBars.length - 1]);
    float[] bars = new float[alphaBars.length];
    for (int i = 0; i < bars.length; i++) {
      double root = (Math.sqrt(alphaBars[i]) - last) * first / (first - last);
      bars[i] = (float) (root * root);
    }
    return new NoiseSchedule(bars);
  }

  /** This schedule with a minimal signal in place of 0, for which sigma would be infinite. */
  NoiseSchedule withFiniteSigmas() {
    float[] bars = alphaBars.clone();
    if (bars[bars.length - 1] == 0) {
      bars[bars.length - 1] = MIN_ALPHA_BAR;
    }
    return new NoiseSchedule(bars);
  }

  private static NoiseSchedule ofBetas(float[] betas) {
    float[] bars = new float[betas.length];
    double product = 1; // torch.cumprod accumulates in double precision
    for (int i = 0; i < betas.length; i++) {
      product *= 1 - betas[i];
      bars[i] = (float) product;
    }
    return new NoiseSchedule(bars);
  }

  /** torch.linspace in float32, which is computed from both ends towards the middle. */
  private static float[] linear(double start, double end, int count) {
    float from = (float) start;
    float to = (float) end;
    float step = (to - from) / (count - 1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i < count / 2 ? from + step * i : to - step * (count - 1 - i);
    }
    return values;
  }

  private static float[] squared(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return values;
  }

  /** Nichol and Dhariwal, "Improved denoising diffusion probabilistic models", equation 17. */
  private static float[] cosine(int count) {
    float[] betas = new float[count];
    for (int i = 0; i < count; i++) {
      double ratio = cosineAlphaBar((i + 1.0) / count) / cosineAlphaBar((double) i / count);
      betas[i] = (float) Math.min(1 - ratio, MAX_BETA);
    }
    return betas;
  }

  private static double cosineAlphaBar(double time) {
    double cosine = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
    return cosine * cosine;
  }

  private static float[] toFloats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
