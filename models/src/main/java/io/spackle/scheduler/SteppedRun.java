package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/** A run over a schedule of noise levels, from an index of it to its end. */
final class SteppedRun implements Run {

  /** What tells one sampler from another; holds whatever a run has to remember. */
  @FunctionalInterface
  interface Step {

    /**
     * The sample at the next index.
     *
     * @param index of the sample in the whole schedule
     */
    FloatTensor apply(FloatTensor output, int index, FloatTensor sample, BatchNoise noise);
  }

  private final Levels levels;
  private final int begin;
  private final Step step;
  private int nextCall;

  SteppedRun(Levels levels, int begin, Step step) {
    this.levels = levels;
    this.begin = begin;
    this.step = step;
  }

  @Override
  public int calls() {
    return levels.timesteps().length - begin;
  }

  @Override
  public float timestep(int call) {
    return levels.timesteps()[indexOf(call)];
  }

  @Override
  public float initNoiseSigma() {
    return levels.initNoiseSigma();
  }

  @Override
  public FloatTensor scaleInput(FloatTensor sample, int call) {
    float scale = levels.inputScale()[indexOf(call)];
    return scale == 1 ? sample : Mix.of(scale, sample).tensor();
  }

  @Override
  public FloatTensor addNoise(FloatTensor clean, FloatTensor noise, int call) {
    int index = indexOf(call);
    return Mix.of(levels.signal()[index], clean).plus(levels.noise()[index], noise).tensor();
  }

  @Override
  public FloatTensor step(FloatTensor output, int call, FloatTensor sample, BatchNoise noise) {
    if (call != nextCall) {
      throw new IllegalStateException("step of call " + call + ", expected call " + nextCall);
    }
    FloatTensor next = step.apply(output, indexOf(call), sample, noise);
    nextCall++;
    return next;
  }

  /** The levels of the whole schedule, also of what the run leaves out. */
  Levels levels() {
    return levels;
  }

  private int indexOf(int call) {
    if (call < 0 || call >= calls()) {
      throw new IllegalArgumentException("call " + call + ", expected 0 to " + (calls() - 1));
    }
    return begin + call;
  }
}
