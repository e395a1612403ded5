package io.spackle.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** A builder of ONNX files, with the field numbers of onnx.proto. */
public final class OnnxFile {

  public static final int FLOAT = 1;
  public static final int UINT8 = 2;
  public static final int INT32 = 6;
  public static final int INT64 = 7;
  public static final int BOOL = 9;
  public static final int FLOAT16 = 10;
  public static final int DOUBLE = 11;
  public static final int BFLOAT16 = 16;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  /** A message without fields. */
  public static OnnxFile message() {
    return new OnnxFile();
  }

  public OnnxFile number(int field, long value) {
    return write(() -> out.writeInt64(field, value));
  }

  public OnnxFile text(int field, String value) {
    return write(() -> out.writeByteArray(field, value.getBytes(StandardCharsets.UTF_8)));
  }

  public OnnxFile part(int field, OnnxFile message) {
    return raw(field, message.bytes());
  }

  OnnxFile raw(int field, byte[] value) {
    return write(() -> out.writeByteArray(field, value));
  }

  public byte[] bytes() {
    write(out::flush);
    return bytes.toByteArray();
  }

  public Path writeTo(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes());
  }

  /** A model with a graph. */
  static OnnxFile model(OnnxFile graph) {
    return message()
        .number(1, 8) // ir_version
        .part(7, graph)
        .part(8, message().text(1, "").number(2, 17)); // opset_import
  }

  /** {@code y = op(x)} for tensors of a type; -1 for an axis of any length. */
  public static OnnxFile unary(String operator, int type, long... axes) {
    return model(
        message()
            .part(1, node(operator, "x", "y"))
            .text(2, "g")
            .part(11, value("x", type, axes))
            .part(12, value("y", type, axes)));
  }

  /** {@code y} is float32 zeros in the shape given by the int64 input {@code x}. */
  public static OnnxFile zerosOfShape(int rank) {
    return model(
        message()
            .part(1, node("ConstantOfShape", "x", "y"))
            .text(2, "g")
            .part(11, value("x", INT64, rank))
            .part(12, value("y", FLOAT, anyLengths(rank))));
  }

  /** {@code y = x^(2^trips)}, a matrix product for each trip. */
  public static OnnxFile loop(long side) {
    OnnxFile body =
        message()
            .part(1, node("Identity", "condition", "next"))
            .part(1, message().text(1, "a").text(1, "a").text(2, "b").text(4, "MatMul"))
            .text(2, "body")
            .part(11, value("i", INT64))
            .part(11, value("condition", BOOL))
            .part(11, value("a", FLOAT, side, side))
            .part(12, value("next", BOOL))
            .part(12, value("b", FLOAT, side, side));
    OnnxFile loop =
        message()
            .text(1, "trips")
            .text(1, "")
            .text(1, "x")
            .text(2, "y")
            .text(4, "Loop")
            .part(5, message().text(1, "body").part(6, body).number(20, 5));
    return model(
        message()
            .part(1, loop)
            .text(2, "g")
            .part(11, value("trips", INT64))
            .part(11, value("x", FLOAT, side, side))
            .part(12, value("y", FLOAT, side, side)));
  }

  /** {@code y = x + w} with two float32 values w in another file. */
  public static OnnxFile withExternalTensor(String location) {
    return model(
        message()
            .part(1, message().text(1, "x").text(1, "w").text(2, "y").text(4, "Add"))
            .text(2, "g")
            .part(5, externalTensor(location))
            .part(11, value("x", FLOAT, 2))
            .part(12, value("y", FLOAT, 2)));
  }

  /** A tensor of two float32 values in another file. */
  static OnnxFile externalTensor(String location) {
    return message()
        .number(1, 2)
        .number(2, FLOAT)
        .text(8, "w")
        .part(13, message().text(1, "location").text(2, location))
        .part(13, message().text(1, "length").text(2, "8"))
        .number(14, 1);
  }

  public static OnnxFile node(String operator, String from, String to) {
    return message().text(1, from).text(2, to).text(4, operator);
  }

  /** {@code to = operator(from, second)}. */
  static OnnxFile node(String operator, String from, String to, String second) {
    return message().text(1, from).text(1, second).text(2, to).text(4, operator);
  }

  /** A vector of 64-bit integers. */
  static OnnxFile integers(String name, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return message().number(1, values.length).number(2, INT64).text(8, name).raw(9, bytes.array());
  }

  /** A vector of float32 values. */
  static OnnxFile floats(String name, float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return message().number(1, values.length).number(2, FLOAT).text(8, name).raw(9, bytes.array());
  }

  static OnnxFile value(String name, int type, long... axes) {
    return shaped(
        name, type, LongStream.of(axes).mapToObj(axis -> axis < 0 ? "n" : axis).toArray());
  }

  /**
   * An input or output.
   *
   * @param axes lengths as numbers, or names: axes of one name have one length, which differs from
   *     run to run
   */
  static OnnxFile shaped(String name, int type, Object... axes) {
    OnnxFile shape = message();
    for (Object axis : axes) {
      shape.part(
          1,
          axis instanceof Number length
              ? message().number(1, length.longValue())
              : message().text(2, axis.toString()));
    }
    return message()
        .text(1, name)
        .part(2, message().part(1, message().number(1, type).part(2, shape)));
  }

  private static long[] anyLengths(int rank) {
    long[] axes = new long[rank];
    java.util.Arrays.fill(axes, -1);
    return axes;
  }

  private OnnxFile write(Write write) {
    try {
      write.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Write {
    void run() throws IOException;
  }
}
