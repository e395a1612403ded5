package io.spackle.image;

import java.util.function.DoubleUnaryOperator;

/**
 * Resampling filters as Pillow defines them: the weight of a source pixel by its distance in target
 * pixels (in source pixels when enlarging).
 */
public enum Filter {
  /** A triangle. */
  BILINEAR(1, x -> 1 - Math.abs(x)),
  /** Cubic convolution with a = -0.5 (Keys, 1981). */
  BICUBIC(2, Filter::cubic),
  /** A windowed sinc of three lobes. */
  LANCZOS(3, x -> sinc(x) * sinc(x / 3));

  private final int support;
  private final DoubleUnaryOperator weight;

  Filter(int support, DoubleUnaryOperator weight) {
    this.support = support;
    this.weight = weight;
  }

  /** The image in another size; the same image if the size is the same. */
  public RgbImage resize(RgbImage image, int width, int height) {
    return RgbImage.of(resize(image.plane(), width, height));
  }

  public Mask resize(Mask mask, int width, int height) {
    return Mask.of(resize(mask.plane(), width, height));
  }

  public Plane resize(Plane plane, int width, int height) {
    return Resampler.resize(plane, width, height, this);
  }

  /** The distance from which weights are 0. */
  int support() {
    return support;
  }

  double weight(double distance) {
    return -support <= distance && distance < support ? weight.applyAsDouble(distance) : 0;
  }

  private static double cubic(double distance) {
    double x = Math.abs(distance);
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
  }

  private static double sinc(double x) {
    if (x == 0) {
      return 1;
    }
    double angle = x * Math.PI;
    return Math.sin(angle) / angle;
  }
}
