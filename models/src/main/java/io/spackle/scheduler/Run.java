package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * The state of one denoising run of one batch. Not thread-safe: one thread makes the calls, from
 * call 0 to the last in order.
 *
 * <p>Samples are (batch, channels, height, width), or (batch, tokens, channels) for packed latents.
 * No method writes to its arguments.
 */
public final class Run {

  /**
   * The parameters of a run.
   *
   * @param steps inference steps of the complete schedule, at least 1
   * @param skippedSteps steps omitted at the noisy end because strength is below 1: from 0 to
   *     {@code steps - 1}
   * @param imageTokens length of the packed image sequence, which shifts the schedules of flow
   *     matching; 0 elsewhere
   */
  public record Spec(int steps, int skippedSteps, int imageTokens) {

    public Spec {
      if (steps < 1 || skippedSteps < 0 || skippedSteps >= steps) {
        throw new IllegalArgumentException(
            "no step to run: " + steps + " steps, of which " + skippedSteps + " are skipped");
      }
    }

    /** The complete schedule, without a dynamic shift. */
    public static Spec ofSteps(int steps) {
      return new Spec(steps, 0, 0);
    }
  }

  /** One step of a sampler; holds the state that the sampler keeps during a run. */
  @FunctionalInterface
  interface Step {

    /**
     * The sample at the next index.
     *
     * @param index of the sample in the complete schedule
     */
    FloatTensor apply(FloatTensor output, int index, FloatTensor sample, BatchNoise noise);
  }

  private final Levels levels;
  private final int firstIndex;
  private final Step step;
  private int nextCall;

  /**
   * @param levels the noise levels of the complete schedule
   * @param firstIndex the index of call 0 in the complete schedule
   */
  Run(Levels levels, int firstIndex, Step step) {
    this.levels = levels;
    this.firstIndex = firstIndex;
    this.step = step;
  }

  /** How many times the model is called. */
  public int calls() {
    return levels.timesteps().length - firstIndex;
  }

  /**
   * The model's timestep input at a call, from 0 to 1000; fractional for some schedulers.
   *
   * @param call from 0 to {@code calls() - 1}
   * @throws IllegalArgumentException for another call, as the methods below
   */
  public float timestep(int call) {
    return levels.timesteps()[indexOf(call)];
  }

  /** The factor that turns unit Gaussian noise into the first sample of a run at full strength. */
  public float initNoiseSigma() {
    return levels.initNoiseSigma();
  }

  /**
   * Whether the first sample of the run is noise alone: nothing of a clean sample is left in it.
   */
  public boolean startsFromNoise() {
    return levels.signal()[firstIndex] == 0;
  }

  /** The sample scaled to the model's input at a call. */
  public FloatTensor scaleInput(FloatTensor sample, int call) {
    float scale = levels.inputScale()[indexOf(call)];
    return scale == 1 ? sample : Mix.of(scale, sample).tensor();
  }

  /**
   * A clean sample with noise added, at the noise level of a call.
   *
   * @param call from 0 to {@code calls() - 1}
   */
  public FloatTensor addNoise(FloatTensor clean, FloatTensor noise, int call) {
    int index = indexOf(call);
    return Mix.of(levels.signal()[index], clean).plus(levels.noise()[index], noise).tensor();
  }

  /**
   * The sample after a call. Calls are made in order, from 0.
   *
   * @param output the model's output
   * @param sample the sample that was passed to {@link #scaleInput} for this call
   * @param noise the stream of each image, from which stochastic samplers draw at most once per
   *     call
   * @throws IllegalStateException if this is not the call after the previous one
   * @throws IllegalArgumentException if shapes differ, or there is not one stream per image
   */
  public FloatTensor step(FloatTensor output, int call, FloatTensor sample, BatchNoise noise) {
    if (call != nextCall) {
      throw new IllegalStateException("step of call " + call + ", expected call " + nextCall);
    }
    FloatTensor next = step.apply(output, indexOf(call), sample, noise);
    nextCall++;
    return next;
  }

  /** The noise levels of the complete schedule, skipped steps included. */
  Levels levels() {
    return levels;
  }

  private int indexOf(int call) {
    if (call < 0 || call >= calls()) {
      throw new IllegalArgumentException("call " + call + ", expected 0 to " + (calls() - 1));
    }
    return firstIndex + call;
  }
}
