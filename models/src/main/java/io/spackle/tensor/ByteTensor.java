package io.spackle.tensor;

/**
 * A tensor of unsigned bytes, such as pixels for a graph with uint8 inputs. The array is shared,
 * not copied.
 *
 * @param data {@code shape.size()} values in C order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose, as in FloatTensor
public record ByteTensor(byte[] data, Shape shape) implements Tensor {

  public ByteTensor {
    shape.requireSize(data.length);
  }

  public static ByteTensor of(byte[] data, int... axes) {
    return new ByteTensor(data, Shape.of(axes));
  }
}
