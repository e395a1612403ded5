package io.spackle.row;

import java.time.Duration;

/**
 * The part of an image or a row in the calls into the model that it shared with others.
 *
 * @param time that the model ran for it
 * @param calls of the network: a step of a batch of four is a quarter of a call for each image. The
 *     sum over all images is the number of calls.
 */
public record ModelShare(Duration time, double calls) {

  /** Of what no model has seen. */
  public static final ModelShare NONE = new ModelShare(Duration.ZERO, 0);

  public ModelShare plus(ModelShare other) {
    return new ModelShare(time.plus(other.time), calls + other.calls);
  }
}
