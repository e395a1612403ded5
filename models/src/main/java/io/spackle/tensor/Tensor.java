package io.spackle.tensor;

/**
 * A dense array of numbers with a shape, in C order (the last axis varies fastest).
 *
 * <p>The element kinds are those that Spackle computes with. A graph that wants another width
 * (float16, bfloat16, int32) gets it at its own edge, in {@code io.spackle.graph}.
 */
public sealed interface Tensor permits FloatTensor, LongTensor, ByteTensor {

  /** The length of each axis; a scalar has none. */
  Shape shape();
}
