package io.spackle.family;

import io.spackle.graph.Cancellation;
import io.spackle.scheduler.Run;
import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/** The loop from noise to a clean sample; it knows schedulers and predictions, not families. */
final class DenoiseLoop {

  /** The network as the loop sees it: what it predicts for a sample at a timestep. */
  @FunctionalInterface
  interface Predictor {
    FloatTensor predict(FloatTensor sample, float timestep);
  }

  /** What is done to the sample after each model call. */
  @FunctionalInterface
  interface AfterCall {

    /** Leaves the sample as the scheduler made it. */
    AfterCall NOTHING = (sample, call) -> sample;

    FloatTensor apply(FloatTensor sample, int call);
  }

  private DenoiseLoop() {}

  /**
   * Goes through a run from its first call to its last.
   *
   * @param start the sample at the noise level of call 0
   * @param noise each image's stream, at the place where the scheduler goes on drawing
   * @throws java.util.concurrent.CancellationException if cancelled between two calls or during one
   */
  static FloatTensor run(
      Run run,
      FloatTensor start,
      BatchNoise noise,
      Predictor predictor,
      AfterCall afterCall,
      Cancellation cancellation) {
    FloatTensor sample = start;
    for (int call = 0; call < run.calls(); call++) {
      cancellation.check();
      FloatTensor input = run.scaleInput(sample, call);
      FloatTensor output = predictor.predict(input, run.timestep(call));
      sample = afterCall.apply(run.step(output, call, sample, noise), call);
    }
    return sample;
  }
}
