package io.spackle.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.spackle.onnx.OnnxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A converter of float32 graphs to weights, inputs and outputs in bfloat16, which are cast to
 * float32 for each operator: the only way in which ONNX Runtime supports them on a CPU.
 */
public final class Bfloat16Copy {

  // Field numbers of onnx.proto.
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int TENSOR_TYPE = 2;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_RAW = 9;

  private final List<ByteString> castsBefore = new ArrayList<>();
  private final List<ByteString> castsAfter = new ArrayList<>();
  private final Set<String> converted = new HashSet<>();

  private Bfloat16Copy() {}

  /** Writes the converted copy of a graph. */
  public static void write(Path from, Path to) throws IOException {
    UnknownFieldSet model = UnknownFieldSet.parseFrom(Files.readAllBytes(from));
    UnknownFieldSet graph = message(model.getField(MODEL_GRAPH).getLengthDelimitedList().get(0));
    ByteString copied = new Bfloat16Copy().graph(graph).toByteString();
    Files.write(to, with(model, MODEL_GRAPH, List.of(copied)).toByteArray());
  }

  /** A graph with a single operator that computes in bfloat16. */
  public static byte[] ofOperator(String operator) {
    return OnnxFile.unary(operator, OnnxFile.BFLOAT16, -1).bytes();
  }

  private UnknownFieldSet graph(UnknownFieldSet graph) throws IOException {
    UnknownFieldSet copy = graph;
    copy = replaced(copy, GRAPH_INITIALIZER, this::initializer);
    copy = replaced(copy, GRAPH_INPUT, value -> convertedValue(value, true));
    copy = replaced(copy, GRAPH_OUTPUT, value -> convertedValue(value, false));
    copy = replaced(copy, GRAPH_NODE, this::node);
    List<ByteString> nodes = new ArrayList<>(castsBefore);
    nodes.addAll(copy.getField(GRAPH_NODE).getLengthDelimitedList());
    nodes.addAll(castsAfter);
    return with(copy, GRAPH_NODE, nodes);
  }

  private UnknownFieldSet initializer(UnknownFieldSet tensor) {
    if (number(tensor, TENSOR_TYPE) != OnnxFile.FLOAT || !tensor.hasField(TENSOR_RAW)) {
      return tensor;
    }
    String name = text(tensor, TENSOR_NAME);
    castsBefore.add(cast(name + "_bf16", name, OnnxFile.FLOAT));
    ByteString raw = tensor.getField(TENSOR_RAW).getLengthDelimitedList().get(0);
    UnknownFieldSet copy = with(tensor, TENSOR_TYPE, OnnxFile.BFLOAT16);
    copy = with(copy, TENSOR_NAME, List.of(ByteString.copyFromUtf8(name + "_bf16")));
    return with(copy, TENSOR_RAW, List.of(halves(raw)));
  }

  private static ByteString halves(ByteString raw) {
    float[] values = new float[raw.size() / Float.BYTES];
    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    ByteBuffer halves =
        ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    halves.asShortBuffer().put(HalfFloats.toBfloat16(values));
    return ByteString.copyFrom(halves);
  }

  /** Converts a float32 input or output; its float32 counterpart inside the graph is renamed. */
  private UnknownFieldSet convertedValue(UnknownFieldSet value, boolean input) throws IOException {
    UnknownFieldSet type = part(value, 2);
    UnknownFieldSet tensor = part(type, 1);
    if (number(tensor, 1) != OnnxFile.FLOAT) {
      return value;
    }
    String name = text(value, 1);
    converted.add(name);
    if (input) {
      castsBefore.add(cast(name, inner(name), OnnxFile.FLOAT));
    } else {
      castsAfter.add(cast(inner(name), name, OnnxFile.BFLOAT16));
    }
    ByteString half = with(tensor, 1, OnnxFile.BFLOAT16).toByteString();
    return with(value, 2, List.of(with(type, 1, List.of(half)).toByteString()));
  }

  private UnknownFieldSet node(UnknownFieldSet node) {
    return with(with(node, 1, renamed(node, 1)), 2, renamed(node, 2));
  }

  private List<ByteString> renamed(UnknownFieldSet node, int field) {
    return node.getField(field).getLengthDelimitedList().stream()
        .map(ByteString::toStringUtf8)
        .map(name -> converted.contains(name) ? inner(name) : name)
        .map(ByteString::copyFromUtf8)
        .toList();
  }

  private static String inner(String name) {
    return name + "_float32";
  }

  private static ByteString cast(String from, String to, int type) {
    OnnxFile target =
        OnnxFile.message().text(1, "to").number(3, type).number(20, 2); // attribute of kind INT
    return ByteString.copyFrom(OnnxFile.node("Cast", from, to).part(5, target).bytes());
  }

  private interface Change {
    UnknownFieldSet of(UnknownFieldSet message) throws IOException;
  }

  private static UnknownFieldSet replaced(UnknownFieldSet message, int field, Change change)
      throws IOException {
    List<ByteString> parts = new ArrayList<>();
    for (ByteString part : message.getField(field).getLengthDelimitedList()) {
      parts.add(change.of(message(part)).toByteString());
    }
    return with(message, field, parts);
  }

  private static UnknownFieldSet message(ByteString bytes) throws IOException {
    return UnknownFieldSet.parseFrom(bytes);
  }

  private static UnknownFieldSet part(UnknownFieldSet message, int field) throws IOException {
    return message(message.getField(field).getLengthDelimitedList().get(0));
  }

  private static long number(UnknownFieldSet message, int field) {
    return message.getField(field).getVarintList().get(0);
  }

  private static String text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
  }

  private static UnknownFieldSet with(UnknownFieldSet message, int field, List<ByteString> parts) {
    Field.Builder values = Field.newBuilder();
    parts.forEach(values::addLengthDelimited);
    return message.toBuilder().clearField(field).mergeField(field, values.build()).build();
  }

  private static UnknownFieldSet with(UnknownFieldSet message, int field, long number) {
    Field value = Field.newBuilder().addVarint(number).build();
    return message.toBuilder().clearField(field).mergeField(field, value).build();
  }
}
