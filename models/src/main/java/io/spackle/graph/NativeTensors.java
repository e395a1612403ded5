package io.spackle.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.spackle.tensor.ByteTensor;
import io.spackle.tensor.FloatParts;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The conversion of tensors to and from the element types of a graph, with the native memory of the
 * inputs of one run.
 *
 * <p>The memory is reused from run to run, by one run at a time. Memory allocated for each run
 * would be freed only by the garbage collector, which does not run while the heap has room, whereas
 * a container limits heap and native memory together.
 */
final class NativeTensors {

  private final Map<String, Memory> memories = new HashMap<>();

  /** The memory of an input, with the parts that it holds; none if they are not known. */
  private static final class Memory {

    private final ByteBuffer buffer;
    private List<HeldPart> parts = List.of();

    Memory(ByteBuffer buffer) {
      this.buffer = buffer;
    }
  }

  /**
   * A tensor whose values are in the memory.
   *
   * @param offset of its first value, in elements
   */
  private record HeldPart(Reference<FloatTensor> tensor, int offset) {

    boolean is(FloatTensor other, int otherOffset) {
      return tensor.refersTo(other) && offset == otherOffset;
    }
  }

  /**
   * A native tensor in this memory; it must be closed before the next call for the same input. Of a
   * tensor in parts, those that were at the same place in the last call are not written again.
   *
   * @throws IllegalArgumentException if shape or type of the tensor do not match the input
   */
  OnnxTensor stage(TensorSpec spec, Tensor tensor) throws OrtException {
    long[] shape = shape(spec, tensor.shape());
    Memory memory = memory(spec, tensor.shape().size());
    List<HeldPart> held = memory.parts;
    memory.parts = List.of();
    if (tensor instanceof FloatParts parts) {
      memory.parts = fillParts(memory.buffer, spec, parts, held);
    } else {
      fill(memory.buffer, spec, tensor);
    }
    return OnnxTensor.createTensor(
        OrtRuntime.environment(), memory.buffer, shape, spec.type().runtimeType());
  }

  private Memory memory(TensorSpec spec, int elements) {
    int bytes = Math.multiplyExact(elements, spec.type().runtimeType().size);
    Memory memory = memories.get(spec.name());
    if (memory == null || memory.buffer.capacity() < bytes) {
      memory = new Memory(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
      memories.put(spec.name(), memory);
    }
    memory.buffer.clear().limit(bytes);
    return memory;
  }

  private static List<HeldPart> fillParts(
      ByteBuffer buffer, TensorSpec spec, FloatParts tensor, List<HeldPart> held) {
    List<HeldPart> parts = new ArrayList<>();
    int offset = 0;
    for (FloatTensor part : tensor.parts()) {
      int number = parts.size();
      if (number < held.size() && held.get(number).is(part, offset)) {
        parts.add(held.get(number));
      } else {
        int size = spec.type().runtimeType().size;
        int length = part.data().length;
        ByteBuffer place = buffer.slice(offset * size, length * size);
        fill(place.order(ByteOrder.nativeOrder()), spec, part);
        parts.add(new HeldPart(new WeakReference<>(part), offset));
      }
      offset += part.data().length;
    }
    return parts;
  }

  /** Scalars and tensors of shape [1] are interchangeable: exporters differ between versions. */
  private static long[] shape(TensorSpec spec, Shape shape) {
    if (shape.size() == 1 && spec.rank() <= 1) {
      return spec.rank() == 0 ? new long[0] : new long[] {1};
    }
    boolean fits = shape.rank() == spec.rank();
    for (int i = 0; fits && i < spec.rank(); i++) {
      fits = spec.axes().get(i) < 0 || spec.axes().get(i) == shape.axis(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "input "
              + spec.name()
              + " has the shape "
              + shape
              + ", expected "
              + spec.axes()
              + " (-1: any length)");
    }
    return shape.toLongs();
  }

  private static void fill(ByteBuffer buffer, TensorSpec spec, Tensor tensor) {
    switch (spec.type()) {
      case FLOAT32 -> buffer.asFloatBuffer().put(floats(spec, tensor));
      case FLOAT16 -> buffer.asShortBuffer().put(HalfFloats.toFloat16(floats(spec, tensor)));
      case BFLOAT16 -> buffer.asShortBuffer().put(HalfFloats.toBfloat16(floats(spec, tensor)));
      case FLOAT64 -> {
        for (float value : floats(spec, tensor)) {
          buffer.putDouble(value);
        }
        buffer.flip();
      }
      case INT64 -> buffer.asLongBuffer().put(longs(spec, tensor));
      case INT32 -> {
        for (long value : longs(spec, tensor)) {
          buffer.putInt(Math.toIntExact(value));
        }
        buffer.flip();
      }
      case UINT8, BOOL -> buffer.put(bytes(spec, tensor)).flip();
      default -> throw new IllegalStateException("no conversion to " + spec.type());
    }
  }

  private static float[] floats(TensorSpec spec, Tensor tensor) {
    if (tensor instanceof FloatTensor floats) {
      return floats.data();
    }
    if (tensor instanceof LongTensor longs) {
      float[] values = new float[longs.data().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = longs.data()[i];
      }
      return values;
    }
    throw mismatch(spec, tensor);
  }

  private static long[] longs(TensorSpec spec, Tensor tensor) {
    if (tensor instanceof LongTensor longs) {
      return longs.data();
    }
    if (tensor instanceof FloatTensor floats) {
      long[] values = new long[floats.data().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (long) floats.data()[i]; // truncated as in torch and numpy: 799.2 to 799
      }
      return values;
    }
    throw mismatch(spec, tensor);
  }

  private static byte[] bytes(TensorSpec spec, Tensor tensor) {
    if (tensor instanceof ByteTensor bytes) {
      return bytes.data();
    }
    throw mismatch(spec, tensor);
  }

  private static IllegalArgumentException mismatch(TensorSpec spec, Tensor tensor) {
    return new IllegalArgumentException(
        "input "
            + spec.name()
            + " is a "
            + tensor.getClass().getSimpleName()
            + ", expected elements for "
            + spec.type());
  }

  /** Copies a native output to the heap as float32. */
  static FloatTensor read(ElementType type, OnnxTensor tensor) {
    return new FloatTensor(values(type, tensor), shape(tensor.getInfo().getShape()));
  }

  /** ONNX Runtime returns buffers on the heap that are copies already: their arrays are used. */
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
