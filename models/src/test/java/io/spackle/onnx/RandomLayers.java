package io.spackle.onnx;

import static io.spackle.onnx.OnnxFile.FLOAT;
import static io.spackle.onnx.OnnxFile.FLOAT16;
import static io.spackle.onnx.OnnxFile.INT64;
import static io.spackle.onnx.OnnxFile.message;

import ai.onnxruntime.platform.Fp16Conversions;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Layers of a network with random weights, as PyTorch exports them, and the file with them. */
final class RandomLayers implements AutoCloseable {

  private static final int GROUPS = 32;
  private static final int RANDOM_VALUES = 1 << 20; // repeated

  private final OnnxFile graph = message();
  private final Path model;
  private final Path dataFile;
  private final OutputStream data;
  private final int type;
  private final float[] random = new float[RANDOM_VALUES];
  private long written;
  private int names;

  /**
   * @param model the file for the graph; the weights lie beside it
   * @param type of all numbers between inputs and outputs
   */
  RandomLayers(Path model, int type) throws IOException {
    Files.createDirectories(model.getParent());
    this.model = model;
    this.dataFile = Path.of(model + "_data");
    this.data = new BufferedOutputStream(Files.newOutputStream(dataFile), 1 << 22);
    this.type = type;
    Random source = new Random(1);
    for (int i = 0; i < random.length; i++) {
      random[i] = (float) source.nextGaussian();
    }
  }

  int type() {
    return type;
  }

  /**
   * An input of numbers.
   *
   * @param axes as of {@link OnnxFile#shaped}
   * @return its values in the type of the layers
   */
  String input(String name, Object... axes) {
    return cast(declared(name, FLOAT, axes), type);
  }

  /** An input that is used as it is. */
  String declared(String name, int itsType, Object... axes) {
    graph.part(11, OnnxFile.shaped(name, itsType, axes));
    return name;
  }

  /** An output of numbers; its values are {@code x}. */
  void output(String x, String name, Object... axes) {
    node("Cast", name, new String[] {x}, integer("to", FLOAT));
    graph.part(12, OnnxFile.shaped(name, FLOAT, axes));
  }

  /** Writes the graph. */
  void write() throws IOException {
    OnnxFile.model(graph.text(2, "g")).writeTo(model);
  }

  String op(String operator, String... inputs) {
    return with(operator, inputs);
  }

  private String with(String operator, String[] inputs, OnnxFile... attributes) {
    return node(operator, "v" + names++, inputs, attributes);
  }

  private String node(String operator, String output, String[] inputs, OnnxFile... attributes) {
    OnnxFile node = message();
    for (String input : inputs) {
      node.text(1, input);
    }
    node.text(2, output).text(3, operator + "_" + output).text(4, operator);
    for (OnnxFile attribute : attributes) {
      node.part(5, attribute);
    }
    graph.part(1, node);
    return output;
  }

  String cast(String x, int to) {
    return with("Cast", new String[] {x}, integer("to", to));
  }

  /** Numbers (batch, n) as (batch, n, width). */
  String repeated(String x, int width) {
    return op("Tile", op("Unsqueeze", x, longs(2)), longs(1, 1, width));
  }

  String concat(int axis, String... inputs) {
    return with("Concat", inputs, integer("axis", axis));
  }

  /** Parts of equal length along the last axis. */
  List<String> split(String x, int parts) {
    OnnxFile node = message().text(1, x);
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      outputs.add("v" + names++);
      node.text(2, outputs.get(i));
    }
    graph.part(1, node.text(4, "Split").part(5, integer("axis", -1)));
    return outputs;
  }

  /** The mean along an axis, without the axis. */
  String mean(String x, int axis) {
    return with("ReduceMean", new String[] {x}, integers("axes", axis), integer("keepdims", 0));
  }

  /** The length of an axis, as a vector. */
  String length(String x, int axis) {
    return op("Slice", op("Shape", x), longs(axis), longs(axis + 1));
  }

  /** What comes before a place of axis 1. */
  String before(String x, String place) {
    return op("Slice", x, longs(0), place, longs(1));
  }

  /** What comes from a place of axis 1 on. */
  String after(String x, String place) {
    return op("Slice", x, place, longs(Integer.MAX_VALUE), longs(1));
  }

  String transpose(String x, int... order) {
    return with("Transpose", new String[] {x}, integers("perm", order));
  }

  String reshape(String x, int... shape) {
    return op("Reshape", x, longs(shape));
  }

  String unsqueeze(String x, int axis) {
    return op("Unsqueeze", x, longs(axis));
  }

  String conv(String x, int from, int to, int kernel, int stride) throws IOException {
    int pad = kernel / 2;
    String weights =
        weights(1 / Math.sqrt((double) from * kernel * kernel), to, from, kernel, kernel);
    return with(
        "Conv",
        new String[] {x, weights, filled(0, to)},
        integers("kernel_shape", kernel, kernel),
        integers("pads", pad, pad, pad, pad),
        integers("strides", stride, stride));
  }

  String linear(String x, int from, int to, boolean biased) throws IOException {
    String product = op("MatMul", x, weights(1 / Math.sqrt(from), from, to));
    return biased ? op("Add", product, filled(0, to)) : product;
  }

  String silu(String x) {
    return op("Mul", x, op("Sigmoid", x));
  }

  String groupNorm(String x, int channels) throws IOException {
    String groups = reshape(x, 0, GROUPS, -1);
    String normal = op("InstanceNormalization", groups, filled(1, GROUPS), filled(0, GROUPS));
    String scaled = op("Mul", op("Reshape", normal, op("Shape", x)), filled(1, channels, 1, 1));
    return op("Add", scaled, filled(0, channels, 1, 1));
  }

  String layerNorm(String x, int width) throws IOException {
    return op("LayerNormalization", x, filled(1, width), filled(0, width));
  }

  /** Numbers divided by the root of the mean of their squares along the last axis. */
  String rmsNorm(String x, int width) throws IOException {
    String squares = op("Pow", x, constant(2));
    String mean = with("ReduceMean", new String[] {squares}, integers("axes", -1));
    String root = op("Sqrt", op("Add", mean, constant(1e-6)));
    return op("Mul", op("Mul", x, op("Div", constant(1), root)), filled(1, width));
  }

  /** Two layers, of which the first has a gate. */
  String gatedGelu(String x, int width) throws IOException {
    List<String> halves = split(linear(x, width, 8 * width, true), 2);
    String gate = halves.get(1);
    String erf = op("Erf", op("Div", gate, constant(Math.sqrt(2))));
    String gelu = op("Mul", op("Mul", gate, op("Add", erf, constant(1))), constant(0.5));
    return linear(op("Mul", halves.get(0), gelu), 4 * width, width, true);
  }

  /** GELU, approximated. */
  String tanhGelu(String x) throws IOException {
    String cube = op("Mul", op("Mul", x, x), x);
    String sum = op("Add", x, op("Mul", cube, constant(0.044715)));
    String tanh = op("Tanh", op("Mul", sum, constant(Math.sqrt(2 / Math.PI))));
    return op("Mul", op("Mul", x, constant(0.5)), op("Add", tanh, constant(1)));
  }

  /** The nearest pixels at twice the size. */
  String twice(String x) {
    return op("Resize", x, "", floats(new float[] {1, 1, 2, 2}, 4));
  }

  /** An embedding of a scalar timestep for each image, (batch, 4 x width). */
  String timeEmbedding(String timestep, String sample, int width) throws IOException {
    String batch = unsqueeze(op("Gather", op("Shape", sample), scalar(0)), 0);
    String times = op("Expand", unsqueeze(timestep, 0), batch);
    return embedding(times, 1, width, 4 * width);
  }

  /**
   * An embedding of a number for each image, (batch, width).
   *
   * @param numbers float32, (batch)
   * @param scale by which they are multiplied
   * @param waves that are made of a number
   */
  String embedding(String numbers, double scale, int waves, int width) throws IOException {
    float[] frequencies = new float[waves / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) (scale * Math.exp(-Math.log(10000) * i / frequencies.length));
    }
    String angles = op("Mul", unsqueeze(numbers, 1), floats(frequencies, frequencies.length));
    String all = concat(1, op("Cos", angles), op("Sin", angles));
    return siluLayers(cast(all, type), waves, width);
  }

  /** Two layers with SiLU between them. */
  String siluLayers(String x, int from, int width) throws IOException {
    return linear(silu(linear(x, from, width, true)), width, width, true);
  }

  String constant(double value) throws IOException {
    return filled((float) value);
  }

  /** Constants of float32, whatever the type of the layers. */
  String floats(float[] values, int... axes) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    String name = "c" + names++;
    graph.part(5, tensor(name, FLOAT, axes).raw(9, bytes.array()));
    return name;
  }

  private String filled(float value, int... axes) throws IOException {
    float[] values = new float[Arrays.stream(axes).reduce(1, Math::multiplyExact)];
    Arrays.fill(values, value);
    byte[] bytes = bytes(values, values.length);
    String name = "w" + names++;
    graph.part(5, tensor(name, type, axes).raw(9, bytes));
    return name;
  }

  private String weights(double scale, int... axes) throws IOException {
    String name = "w" + names++;
    long count = Arrays.stream(axes).asLongStream().reduce(1, Math::multiplyExact);
    float[] scaled = new float[RANDOM_VALUES];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (scale * random[i]);
    }
    byte[] block = bytes(scaled, scaled.length);
    long size = count * block.length / scaled.length;
    graph.part(
        5,
        tensor(name, type, axes)
            .part(13, entry("location", dataFile.getFileName().toString()))
            .part(13, entry("offset", String.valueOf(written)))
            .part(13, entry("length", String.valueOf(size)))
            .number(14, 1));
    for (long left = size; left > 0; left -= block.length) {
      data.write(block, 0, (int) Math.min(left, block.length));
    }
    written += size;
    return name;
  }

  private static OnnxFile tensor(String name, int type, int... axes) {
    OnnxFile tensor = message();
    for (int axis : axes) {
      tensor.number(1, axis);
    }
    return tensor.number(2, type).text(8, name);
  }

  private byte[] bytes(float[] values, int count) {
    ByteBuffer bytes =
        ByteBuffer.allocate(count * (type == FLOAT16 ? Short.BYTES : Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      if (type == FLOAT16) {
        bytes.putShort(Fp16Conversions.floatToFp16(values[i]));
      } else {
        bytes.putFloat(values[i]);
      }
    }
    return bytes.array();
  }

  private String longs(int... values) {
    return integers(values, values.length);
  }

  private String scalar(int value) {
    return integers(new int[] {value}, -1);
  }

  /**
   * @param length of the vector; negative for a scalar
   */
  private String integers(int[] values, int length) {
    String name = "c" + names++;
    OnnxFile tensor = message().number(2, INT64).text(8, name);
    if (length >= 0) {
      tensor.number(1, length);
    }
    for (int value : values) {
      tensor.number(7, value);
    }
    graph.part(5, tensor);
    return name;
  }

  private static OnnxFile entry(String key, String value) {
    return message().text(1, key).text(2, value);
  }

  private static OnnxFile integer(String name, int value) {
    return message().text(1, name).number(3, value).number(20, 2);
  }

  private static OnnxFile integers(String name, int... values) {
    OnnxFile attribute = message().text(1, name).number(20, 7);
    for (int value : values) {
      attribute.number(8, value);
    }
    return attribute;
  }

  /** Ends the file of the weights; there is none if there are no weights. */
  @Override
  public void close() throws IOException {
    data.close();
    if (written == 0) {
      Files.delete(dataFile);
    }
  }
}
