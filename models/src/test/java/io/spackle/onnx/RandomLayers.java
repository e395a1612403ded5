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
import java.util.Arrays;
import java.util.Random;

/** Layers of a network with random weights, as PyTorch exports them. */
final class RandomLayers implements AutoCloseable {

  private static final int GROUPS = 32;
  private static final int RANDOM_VALUES = 1 << 20; // repeated

  private final OnnxFile graph = message();
  private final String dataName;
  private final OutputStream data;
  private final int type;
  private final float[] random = new float[RANDOM_VALUES];
  private long written;
  private int names;

  /**
   * @param file for the weights
   * @param type of all numbers
   */
  RandomLayers(Path file, int type) throws IOException {
    Files.createDirectories(file.getParent());
    this.dataName = file.getFileName().toString();
    this.data = new BufferedOutputStream(Files.newOutputStream(file), 1 << 22);
    this.type = type;
    Random source = new Random(1);
    for (int i = 0; i < random.length; i++) {
      random[i] = (float) source.nextGaussian();
    }
  }

  OnnxFile graph() {
    return graph;
  }

  int type() {
    return type;
  }

  String op(String operator, String... inputs) {
    return node(operator, "v" + names++, inputs);
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

  String cast(String x, int to, String output) {
    return node("Cast", output, new String[] {x}, integer("to", to));
  }

  /** Numbers (batch, n) as (batch, n, width). */
  void repeated(String x, int width, String output) {
    node("Tile", output, new String[] {op("Unsqueeze", x, longs(2)), longs(1, 1, width)});
  }

  String concat(String... inputs) {
    return node("Concat", "v" + names++, inputs, integer("axis", 1));
  }

  String transpose(String x, int... order) {
    return node("Transpose", "v" + names++, new String[] {x}, integers("perm", order));
  }

  String reshape(String x, int... shape) {
    return op("Reshape", x, longs(shape));
  }

  String conv(String x, int from, int to, int kernel, int stride) throws IOException {
    int pad = kernel / 2;
    String weights =
        weights(1 / Math.sqrt((double) from * kernel * kernel), to, from, kernel, kernel);
    return node(
        "Conv",
        "v" + names++,
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

  /** Two layers, of which the first has a gate. */
  String gatedGelu(String x, int width) throws IOException {
    String both = linear(x, width, 8 * width, true);
    String value = "v" + names++;
    String gate = "v" + names++;
    graph.part(
        1,
        message()
            .text(1, both)
            .text(2, value)
            .text(2, gate)
            .text(4, "Split")
            .part(5, integer("axis", -1)));
    String erf = op("Erf", op("Div", gate, constant(Math.sqrt(2))));
    String gelu = op("Mul", op("Mul", gate, op("Add", erf, constant(1))), constant(0.5));
    return linear(op("Mul", value, gelu), 4 * width, width, true);
  }

  /** The nearest pixels at twice the size. */
  String twice(String x) {
    ByteBuffer scales = ByteBuffer.allocate(4 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    scales.putFloat(1).putFloat(1).putFloat(2).putFloat(2);
    String name = "c" + names++;
    graph.part(5, message().number(1, 4).number(2, FLOAT).text(8, name).raw(9, scales.array()));
    return op("Resize", x, "", name);
  }

  /** An embedding of a scalar timestep for each image, (batch, 4 x width). */
  String timeEmbedding(String timestep, String sample, int width) throws IOException {
    String batch = op("Unsqueeze", op("Gather", op("Shape", sample), scalar(0)), longs(0));
    String times = op("Expand", op("Unsqueeze", timestep, longs(0)), batch);
    float[] frequencies = new float[width / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) Math.exp(-Math.log(10000) * i / frequencies.length);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(frequencies.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(frequencies);
    String name = "c" + names++;
    graph.part(
        5,
        message()
            .number(1, 1)
            .number(1, frequencies.length)
            .number(2, FLOAT)
            .text(8, name)
            .raw(9, bytes.array()));
    String angles = op("Mul", op("Unsqueeze", times, longs(1)), name);
    String waves = cast(concat(op("Cos", angles), op("Sin", angles)), type, "v" + names++);
    String hidden = silu(linear(waves, width, 4 * width, true));
    return linear(hidden, 4 * width, 4 * width, true);
  }

  String constant(double value) throws IOException {
    return filled((float) value);
  }

  private String filled(float value, int... axes) throws IOException {
    float[] values = new float[Arrays.stream(axes).reduce(1, Math::multiplyExact)];
    Arrays.fill(values, value);
    byte[] bytes = bytes(values, values.length);
    String name = "w" + names++;
    graph.part(5, tensor(name, axes).raw(9, bytes));
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
        tensor(name, axes)
            .part(13, entry("location", dataName))
            .part(13, entry("offset", String.valueOf(written)))
            .part(13, entry("length", String.valueOf(size)))
            .number(14, 1));
    for (long left = size; left > 0; left -= block.length) {
      data.write(block, 0, (int) Math.min(left, block.length));
    }
    written += size;
    return name;
  }

  private OnnxFile tensor(String name, int... axes) {
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

  @Override
  public void close() throws IOException {
    data.close();
  }
}
