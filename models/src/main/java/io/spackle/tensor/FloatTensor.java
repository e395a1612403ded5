package io.spackle.tensor;

import java.util.List;

/**
 * A tensor of float32 values. The array is shared, not copied: the caller must not modify it after
 * construction.
 *
 * @param data {@code shape.size()} values in C order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose: tensors are megabytes
public record FloatTensor(float[] data, Shape shape) implements Tensor {

  public FloatTensor {
    shape.requireSize(data.length);
  }

  public static FloatTensor of(float[] data, int... axes) {
    return new FloatTensor(data, Shape.of(axes));
  }

  public static FloatTensor zeros(Shape shape) {
    return new FloatTensor(new float[shape.size()], shape);
  }

  /** The length of the first axis. */
  public int batch() {
    return shape.axis(0);
  }

  /** Item {@code index} of the batch as a batch of one, copied. */
  public FloatTensor item(int index) {
    int length = data.length / batch();
    float[] item = new float[length];
    System.arraycopy(data, index * length, item, 0, length);
    return new FloatTensor(item, shape.withBatch(1));
  }

  /**
   * Concatenates tensors along the first axis.
   *
   * @param parts at least one; shapes may differ in the first axis only
   */
  public static FloatTensor concatBatch(List<FloatTensor> parts) {
    return concat(parts, 0);
  }

  /**
   * Concatenates tensors along an axis.
   *
   * @param parts at least one; shapes may differ in that axis only
   * @throws IllegalArgumentException if another axis differs
   */
  public static FloatTensor concat(List<FloatTensor> parts, int axis) {
    int[] axes = parts.get(0).shape.axes();
    axes[axis] = 0;
    for (FloatTensor part : parts) {
      int[] partAxes = part.shape.axes();
      axes[axis] += partAxes[axis];
      partAxes[axis] = axes[axis];
      if (!Shape.of(partAxes).equals(Shape.of(axes))) {
        throw new IllegalArgumentException(
            "cannot concatenate "
                + part.shape
                + " with "
                + parts.get(0).shape
                + " along axis "
                + axis);
      }
    }
    Shape joined = Shape.of(axes);
    int rows = 1; // the number of contiguous runs that each part contributes
    for (int i = 0; i < axis; i++) {
      rows *= axes[i];
    }
    float[] data = new float[joined.size()];
    int to = 0;
    for (int row = 0; row < rows; row++) {
      for (FloatTensor part : parts) {
        int run = part.data.length / rows;
        System.arraycopy(part.data, row * run, data, to, run);
        to += run;
      }
    }
    return new FloatTensor(data, joined);
  }

  /** All values multiplied by a factor. */
  public FloatTensor times(float factor) {
    float[] product = new float[data.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = data[i] * factor;
    }
    return new FloatTensor(product, shape);
  }

  /** Whether every value is finite: neither infinite nor NaN. */
  public boolean isFinite() {
    for (float value : data) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
