package io.spackle.graph;

import ai.onnxruntime.OnnxJavaType;
import java.util.Arrays;
import java.util.Optional;

/**
 * The supported element types of graph inputs and outputs. Their numbers are known without ONNX
 * Runtime: the headers of graphs are also read where it is missing.
 */
public enum ElementType {
  FLOAT32(1),
  FLOAT16(10),
  BFLOAT16(16),
  FLOAT64(11),
  INT32(6),
  INT64(7),
  UINT8(2),
  BOOL(9);

  private final int onnxNumber;

  ElementType(int onnxNumber) {
    this.onnxNumber = onnxNumber;
  }

  /** Its number in {@code TensorProto.DataType} of {@code onnx.proto}. */
  public int onnxNumber() {
    return onnxNumber;
  }

  /**
   * The type with a number of {@code TensorProto.DataType} in {@code onnx.proto}.
   *
   * @return empty for an unsupported type, such as strings
   */
  public static Optional<ElementType> ofOnnx(int number) {
    return Arrays.stream(values()).filter(type -> type.onnxNumber == number).findFirst();
  }

  /**
   * The type of ONNX Runtime's Java API.
   *
   * @return empty for an unsupported type, such as strings
   */
  static Optional<ElementType> of(OnnxJavaType runtimeType) {
    return Arrays.stream(values()).filter(type -> type.runtimeType() == runtimeType).findFirst();
  }

  OnnxJavaType runtimeType() {
    return switch (this) {
      case FLOAT32 -> OnnxJavaType.FLOAT;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case BFLOAT16 -> OnnxJavaType.BFLOAT16;
      case FLOAT64 -> OnnxJavaType.DOUBLE;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
      case UINT8 -> OnnxJavaType.UINT8;
      case BOOL -> OnnxJavaType.BOOL;
    };
  }
}
