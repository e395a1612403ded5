package io.spackle.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.spackle.tensor.ByteTensor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The native memory in which the inputs of one run stand, converted to what the graph declares.
 *
 * <p>Kept from run to run, one at a time: memory allocated anew for each would be given back only
 * by the garbage collector, which sees no need to run while the heap has room, and a container has
 * a limit for both together.
 */
final class InputStaging {

  private final Map<String, ByteBuffer> buffers = new HashMap<>();

  /**
   * A native tensor over this memory; close it before the next call for the same port.
   *
   * @throws IllegalArgumentException if shape or kind of the tensor do not fit the port
   */
  OnnxTensor stage(TensorSpec port, Tensor tensor) throws OrtException {
    long[] shape = shape(port, tensor.shape());
    ByteBuffer buffer = buffer(port, tensor.shape().size());
    fill(buffer, port, tensor);
    return OnnxTensor.createTensor(
        OrtRuntime.environment(), buffer, shape, OrtTypes.toJava(port.type()));
  }

  private ByteBuffer buffer(TensorSpec port, int elements) {
    int bytes = Math.multiplyExact(elements, OrtTypes.toJava(port.type()).size);
    ByteBuffer buffer = buffers.get(port.name());
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      buffers.put(port.name(), buffer);
    }
    return buffer.clear().limit(bytes);
  }

  /** A scalar and a row of one are the same to exporters of different times. */
  private static long[] shape(TensorSpec port, Shape shape) {
    if (shape.size() == 1 && port.rank() <= 1) {
      return port.rank() == 0 ? new long[0] : new long[] {1};
    }
    boolean fits = shape.rank() == port.rank();
    for (int i = 0; fits && i < port.rank(); i++) {
      fits = port.axes().get(i) < 0 || port.axes().get(i) == shape.axis(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "input "
              + port.name()
              + " has the shape "
              + shape
              + ", expected "
              + port.axes()
              + " (-1: any length)");
    }
    return shape.toLongs();
  }

  private static void fill(ByteBuffer buffer, TensorSpec port, Tensor tensor) {
    switch (port.type()) {
      case FLOAT32 -> buffer.asFloatBuffer().put(floats(port, tensor));
      case FLOAT16 -> buffer.asShortBuffer().put(HalfFloats.toFloat16(floats(port, tensor)));
      case BFLOAT16 -> buffer.asShortBuffer().put(HalfFloats.toBfloat16(floats(port, tensor)));
      case FLOAT64 -> {
        for (float value : floats(port, tensor)) {
          buffer.putDouble(value);
        }
        buffer.flip();
      }
      case INT64 -> buffer.asLongBuffer().put(longs(port, tensor));
      case INT32 -> {
        for (long value : longs(port, tensor)) {
          buffer.putInt(Math.toIntExact(value));
        }
        buffer.flip();
      }
      case UINT8, BOOL -> buffer.put(bytes(port, tensor)).flip();
      default -> throw new IllegalStateException("no conversion to " + port.type());
    }
  }

  private static float[] floats(TensorSpec port, Tensor tensor) {
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
    throw misfit(port, tensor);
  }

  private static long[] longs(TensorSpec port, Tensor tensor) {
    if (tensor instanceof LongTensor longs) {
      return longs.data();
    }
    if (tensor instanceof FloatTensor floats) {
      long[] values = new long[floats.data().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (long) floats.data()[i]; // as torch and numpy cut 799.2 to 799
      }
      return values;
    }
    throw misfit(port, tensor);
  }

  private static byte[] bytes(TensorSpec port, Tensor tensor) {
    if (tensor instanceof ByteTensor bytes) {
      return bytes.data();
    }
    throw misfit(port, tensor);
  }

  private static IllegalArgumentException misfit(TensorSpec port, Tensor tensor) {
    return new IllegalArgumentException(
        "input "
            + port.name()
            + " is a "
            + tensor.getClass().getSimpleName()
            + ", and the graph takes "
            + port.type());
  }
}
