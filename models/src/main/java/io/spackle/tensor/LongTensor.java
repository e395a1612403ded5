package io.spackle.tensor;

/**
 * A tensor of 64-bit integers, such as token ids and positions. The array is shared, not copied.
 *
 * @param data {@code shape.size()} values in C order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity on purpose, as in FloatTensor
public record LongTensor(long[] data, Shape shape) implements Tensor {

  public LongTensor {
    shape.requireSize(data.length);
  }

  public static LongTensor zeros(int... axes) {
    Shape shape = Shape.of(axes);
    return new LongTensor(new long[shape.size()], shape);
  }

  public static LongTensor of(long[] data, int... axes) {
    return new LongTensor(data, Shape.of(axes));
  }
}
