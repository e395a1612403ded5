package io.spackle.graph;

import java.util.Optional;

/** The element types of graph inputs and outputs that Spackle feeds and reads. */
public enum ElementType {
  FLOAT32,
  FLOAT16,
  BFLOAT16,
  FLOAT64,
  INT32,
  INT64,
  UINT8,
  BOOL;

  /**
   * The type of a number of {@code TensorProto.DataType} in {@code onnx.proto}.
   *
   * @return empty for a type that Spackle neither feeds nor reads, such as strings
   */
  public static Optional<ElementType> ofOnnx(int number) {
    return switch (number) {
      case 1 -> Optional.of(FLOAT32);
      case 2 -> Optional.of(UINT8);
      case 6 -> Optional.of(INT32);
      case 7 -> Optional.of(INT64);
      case 9 -> Optional.of(BOOL);
      case 10 -> Optional.of(FLOAT16);
      case 11 -> Optional.of(FLOAT64);
      case 16 -> Optional.of(BFLOAT16);
      default -> Optional.empty();
    };
  }
}
