package io.spackle.family;

import java.io.Serializable;

/**
 * How strongly, and in which calls of the network, the prompt guides an image.
 *
 * <p>Guidance predicts the noise twice, which doubles the cost of a call. Kynkäänniemi et al. show
 * that it harms the variety of images at high noise levels, changes little at low ones, and is best
 * applied in an interval between. Outside of it the prompt alone predicts the noise, in one row of
 * the network's batch. The bounds are shares of an image's calls, rounded down, as in the guiders
 * of diffusers.
 *
 * @param scale weight of the prompt; classifier-free guidance is on above 1
 * @param start the share of the calls before the first guided one, from 0 to below {@code end}
 * @param end the share of the calls up to the last guided one, at most 1
 * @see <a href="https://arxiv.org/abs/2404.07724">Kynkäänniemi et al., Applying Guidance in a
 *     Limited Interval Improves Sample and Distribution Quality in Diffusion Models (NeurIPS
 *     2024)</a>
 */
public record GuidanceSchedule(double scale, double start, double end) implements Serializable {

  /**
   * @throws IllegalArgumentException if the bounds are no interval within 0 to 1
   */
  public GuidanceSchedule {
    if (!(start >= 0 && start < end && end <= 1)) {
      throw new IllegalArgumentException(
          "guidance from %s to %s found, 0 <= start < end <= 1 expected".formatted(start, end));
    }
  }

  /** Guidance in all calls. */
  public static GuidanceSchedule of(double scale) {
    return new GuidanceSchedule(scale, 0, 1);
  }

  /** Whether the noise is predicted with and without the prompt in any call. */
  public boolean isOn() {
    return scale > 1;
  }

  /**
   * Whether a call is guided.
   *
   * @param call from 0
   * @param calls of the image in all
   */
  boolean guides(int call, int calls) {
    return isOn() && call >= (int) (start * calls) && call < (int) (end * calls);
  }

  /**
   * The rows that an image takes in the network's batches: two in each guided call, one in each
   * other.
   *
   * @param calls of the image
   */
  public int rows(int calls) {
    return calls + (isOn() ? (int) (end * calls) - (int) (start * calls) : 0);
  }
}
