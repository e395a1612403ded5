package io.spackle.tensor;

/**
 * A dense array of numbers with a shape, in C order (the last axis varies fastest).
 *
 * <p>Graphs that declare other element types (float16, bfloat16, int32) are fed by conversion in
 * {@code io.spackle.graph}.
 */
public sealed interface Tensor permits FloatTensor, FloatParts, LongTensor, ByteTensor {

  /** The length of each axis; a scalar has none. */
  Shape shape();
}
