package io.spackle.graph;

import ai.onnxruntime.OnnxJavaType;
import java.util.Arrays;
import java.util.Optional;

/** The supported element types of graph inputs and outputs. */
public enum ElementType {
  FLOAT32(1, OnnxJavaType.FLOAT),
  FLOAT16(10, OnnxJavaType.FLOAT16),
  BFLOAT16(16, OnnxJavaType.BFLOAT16),
  FLOAT64(11, OnnxJavaType.DOUBLE),
  INT32(6, OnnxJavaType.INT32),
  INT64(7, OnnxJavaType.INT64),
  UINT8(2, OnnxJavaType.UINT8),
  BOOL(9, OnnxJavaType.BOOL);

  private final int onnxNumber;
  private final OnnxJavaType runtimeType;

  ElementType(int onnxNumber, OnnxJavaType runtimeType) {
    this.onnxNumber = onnxNumber;
    this.runtimeType = runtimeType;
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
    return Arrays.stream(values()).filter(type -> type.runtimeType == runtimeType).findFirst();
  }

  OnnxJavaType runtimeType() {
    return runtimeType;
  }
}
