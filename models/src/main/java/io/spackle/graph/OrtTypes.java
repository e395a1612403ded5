package io.spackle.graph;

import ai.onnxruntime.OnnxJavaType;
import java.util.Optional;

/** The element types of ONNX Runtime and Spackle's. */
public final class OrtTypes {

  private OrtTypes() {}

  /** Nothing for a type that Spackle neither feeds nor reads, such as strings. */
  static Optional<ElementType> of(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> Optional.of(ElementType.FLOAT32);
      case FLOAT16 -> Optional.of(ElementType.FLOAT16);
      case BFLOAT16 -> Optional.of(ElementType.BFLOAT16);
      case DOUBLE -> Optional.of(ElementType.FLOAT64);
      case INT32 -> Optional.of(ElementType.INT32);
      case INT64 -> Optional.of(ElementType.INT64);
      case UINT8 -> Optional.of(ElementType.UINT8);
      case BOOL -> Optional.of(ElementType.BOOL);
      default -> Optional.empty();
    };
  }

  static OnnxJavaType toJava(ElementType type) {
    return switch (type) {
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
