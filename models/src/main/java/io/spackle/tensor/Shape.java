package io.spackle.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The lengths of a tensor's axes, outermost first.
 *
 * @param axes each at least 0; none for a scalar
 */
public record Shape(int... axes) {

  public Shape {
    axes = axes.clone();
    for (int axis : axes) {
      if (axis < 0) {
        throw new IllegalArgumentException(
            "axis of length " + axis + " in shape " + Arrays.toString(axes));
      }
    }
  }

  public static Shape of(int... axes) {
    return new Shape(axes);
  }

  @Override
  public int[] axes() {
    return axes.clone();
  }

  public int rank() {
    return axes.length;
  }

  public int axis(int index) {
    return axes[index];
  }

  /**
   * The number of elements, 1 for a scalar.
   *
   * @throws ArithmeticException above 2^31 - 1 elements
   */
  public int size() {
    int size = 1;
    for (int axis : axes) {
      size = Math.multiplyExact(size, axis);
    }
    return size;
  }

  /** This shape with the first axis, the batch, replaced. */
  public Shape withBatch(int batch) {
    int[] changed = axes.clone();
    changed[0] = batch;
    return new Shape(changed);
  }

  /**
   * Checks the length of an array that holds the elements of a tensor of this shape.
   *
   * @throws IllegalArgumentException if {@code length} is not {@link #size()}
   */
  void requireSize(int length) {
    if (length != size()) {
      throw new IllegalArgumentException(
          length + " values for shape " + this + ", expected " + size());
    }
  }

  /** The axes as 64-bit integers, the form that ONNX Runtime takes. */
  public long[] toLongs() {
    return Arrays.stream(axes).asLongStream().toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(axes, shape.axes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(axes);
  }

  @Override
  public String toString() {
    return Arrays.stream(axes)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
