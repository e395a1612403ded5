package io.spackle.tensor;

/** The check that all kinds of tensor share. */
final class TensorChecks {

  private TensorChecks() {}

  static void length(int found, Shape shape) {
    if (found != shape.size()) {
      throw new IllegalArgumentException(
          found + " values for shape " + shape + ", expected " + shape.size());
    }
  }
}
