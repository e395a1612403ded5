package io.spackle.graph;

import ai.onnxruntime.OnnxTensor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Copies a native result to the heap, as float32 whatever its type. */
final class OutputReader {

  private OutputReader() {}

  static FloatTensor read(ElementType type, OnnxTensor tensor) {
    return new FloatTensor(values(type, tensor), shape(tensor.getInfo().getShape()));
  }

  // The buffers that ONNX Runtime returns here are copies on the heap: their arrays need no second
  // one.
  private static float[] values(ElementType type, OnnxTensor tensor) {
    return switch (type) {
      case FLOAT32 -> tensor.getFloatBuffer().array();
      case FLOAT16 -> HalfFloats.fromFloat16(tensor.getShortBuffer().array());
      case BFLOAT16 -> HalfFloats.fromBfloat16(tensor.getShortBuffer().array());
      case FLOAT64 -> floats(tensor.getDoubleBuffer());
      case INT32 -> floats(tensor.getIntBuffer());
      case INT64 -> floats(tensor.getLongBuffer());
      case UINT8, BOOL -> floats(tensor.getByteBuffer());
    };
  }

  private static float[] floats(DoubleBuffer from) {
    float[] values = new float[from.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) from.get(i);
    }
    return values;
  }

  private static float[] floats(IntBuffer from) {
    float[] values = new float[from.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.get(i);
    }
    return values;
  }

  private static float[] floats(LongBuffer from) {
    float[] values = new float[from.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.get(i);
    }
    return values;
  }

  private static float[] floats(ByteBuffer from) {
    float[] values = new float[from.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Byte.toUnsignedInt(from.get(i));
    }
    return values;
  }

  private static Shape shape(long[] axes) {
    int[] lengths = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      lengths[i] = Math.toIntExact(axes[i]);
    }
    return new Shape(lengths);
  }
}
