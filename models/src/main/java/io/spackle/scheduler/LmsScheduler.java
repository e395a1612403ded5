package io.spackle.scheduler;

/**
 * Linear multistep method of up to fourth order along dx/dsigma = gaussian ({@code sample_lms} of
 * Crowson's k-diffusion): the polynomial through the latest slopes is integrated over the step.
 * Draws no noise.
 */
final class LmsScheduler implements Scheduler {

  private static final int MAX_ORDER = 4;

  private final Prediction prediction;
  private final KDiffusionSpacing spacing;

  LmsScheduler(SchedulerConfig config) {
    config.reject("rescale_betas_zero_snr");
    prediction = Prediction.of(config);
    spacing = KDiffusionSpacing.of(config, NoiseSchedule.of(config, 0.0001, 0.02, "linear"));
  }

  @Override
  public Run start(Run.Spec spec) {
    SigmaSchedule schedule = spacing.spread(spec.steps()).endingAt(0);
    float[] sigmas = schedule.sigmas();
    History slopes = new History(MAX_ORDER);
    return new Run(
        spacing.levels(schedule),
        spec.skippedSteps(),
        (output, i, sample, noise) -> {
          slopes.add(prediction.slope(sigmas[i], sample, output));
          return Mix.of(1, sample).plus(1, slopes.sum(weights(sigmas, i, slopes.size()))).tensor();
        });
  }

  /**
   * The integral over step {@code i} of each Lagrange polynomial.
   *
   * @param known number of slopes; fewer than the order where a run starts in mid-schedule, and
   *     then the missing ones count as 0, as in diffusers
   */
  private static double[] weights(float[] sigmas, int i, int known) {
    int order = Math.min(i + 1, MAX_ORDER);
    double[] weights = new double[known];
    for (int current = 0; current < known; current++) {
      weights[current] = integral(sigmas, i, order, current);
    }
    return weights;
  }

  /** By Simpson's rule, which is exact up to third degree. */
  private static double integral(float[] sigmas, int i, int order, int current) {
    double from = sigmas[i];
    double to = sigmas[i + 1];
    double middle = lagrange(sigmas, i, order, current, (from + to) / 2);
    double ends =
        lagrange(sigmas, i, order, current, from) + lagrange(sigmas, i, order, current, to);
    return (to - from) / 6 * (ends + 4 * middle);
  }

  /** The polynomial in sigma that is 1 at {@code current} steps back and 0 at the others. */
  private static double lagrange(float[] sigmas, int i, int order, int current, double sigma) {
    double product = 1;
    for (int back = 0; back < order; back++) {
      if (back != current) {
        product *= (sigma - sigmas[i - back]) / (sigmas[i - current] - sigmas[i - back]);
      }
    }
    return product;
  }
}
