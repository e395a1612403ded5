package io.spackle.scheduler;

/**
 * The weights of a DPM-Solver++ step between two noise levels, for the derivatives of the clean
 * sample by lambda (Lu et al., "DPM-Solver++", proposition 4.1).
 *
 * <p>Notation: lambda = log(signal / noise) = -log(sigma). An SDE step has the weights of an ODE
 * step over twice the distance, except those of sample and noise (the paper's appendix A).
 *
 * @param sample the weight of the sample at the step's start
 * @param noise the weight of fresh noise, 0 for an ODE step
 * @param signal the signal of the sample at the step's end
 * @param h the rise of lambda, infinite for a step to sigma 0
 */
record DpmStep(double sample, double noise, double signal, double h) {

  static DpmStep ode(double from, double to) {
    return new DpmStep(noiseOf(to) / noiseOf(from), 0, Levels.signalOf(to), rise(from, to));
  }

  static DpmStep sde(double from, double to) {
    double decay = to / from; // e^-h
    return new DpmStep(
        noiseOf(to) / noiseOf(from) * decay,
        noiseOf(to) * Math.sqrt(1 - decay * decay),
        Levels.signalOf(to),
        2 * rise(from, to));
  }

  /** The rise of lambda between two levels. */
  static double rise(double from, double to) {
    return Math.log(from / to);
  }

  /** The weight of the clean sample itself. */
  double value() {
    return signal * decayed();
  }

  /** The weight of h times the first derivative, as the midpoint rule approximates it. */
  double firstMidpoint() {
    return signal * decayed() / 2;
  }

  /** The weight of h times the first derivative. */
  double first() {
    return signal * (1 - decayed() / h);
  }

  /** The weight of h^2 times the second derivative. */
  double second() {
    return signal * ((decayed() - h) / (h * h) + 0.5);
  }

  private double decayed() {
    return -Math.expm1(-h);
  }

  private static double noiseOf(double sigma) {
    return sigma * Levels.signalOf(sigma);
  }
}
