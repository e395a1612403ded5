package io.spackle.tensor;

/**
 * Unsigned bytes (pixels as a graph of kind uint8 takes them) with a shape. The array is shared,
 * not copied.
 *
 * @param data {@code shape.size()} values in C order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose, as in FloatTensor
public record ByteTensor(byte[] data, Shape shape) implements Tensor {

  public ByteTensor {
    TensorChecks.length(data.length, shape);
  }

  public static ByteTensor of(byte[] data, int... axes) {
    return new ByteTensor(data, Shape.of(axes));
  }
}
