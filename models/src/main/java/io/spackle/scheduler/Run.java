package io.spackle.scheduler;

import io.spackle.tensor.BatchNoise;
import io.spackle.tensor.FloatTensor;

/**
 * The state of one denoising run of one batch; used by one thread, from call 0 to the last in
 * order.
 *
 * <p>Samples are (batch, channels, height, width), or (batch, tokens, channels) for packed latents.
 * No method writes to its arguments.
 */
public interface Run {

  /** How many times the model is called. */
  int calls();

  /**
   * The timestep that call {@code call} is made with, as the scheduler counts it (0 to 1000;
   * fractional for some).
   *
   * @param call from 0 to {@code calls() - 1}
   * @throws IllegalArgumentException otherwise, as from the methods below
   */
  float timestep(int call);

  /** What unit Gaussian noise is multiplied with to start a run at full strength. */
  float initNoiseSigma();

  /** The sample as the model wants it at call {@code call}. */
  FloatTensor scaleInput(FloatTensor sample, int call);

  /**
   * A clean sample brought to the noise level of call {@code call}.
   *
   * @param call from 0 to {@code calls() - 1}
   */
  FloatTensor addNoise(FloatTensor clean, FloatTensor noise, int call);

  /**
   * The sample after call {@code call}. Calls come in order, from 0.
   *
   * @param output what the model predicted
   * @param sample the sample that {@link #scaleInput} was given for this call
   * @param noise each image's stream, from which stochastic samplers draw at most once per call
   * @throws IllegalStateException if this is not the call after the last one
   * @throws IllegalArgumentException if the shapes, or the streams and the batch, do not match
   */
  FloatTensor step(FloatTensor output, int call, FloatTensor sample, BatchNoise noise);
}
