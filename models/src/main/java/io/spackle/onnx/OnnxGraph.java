package io.spackle.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The graph in an ONNX file, as its fields, so that some of them can be replaced in a copy without
 * reading the tensors.
 */
final class OnnxGraph {

  // Fields of a graph, by their numbers in onnx.proto.
  static final int NODE = 1;
  static final int INITIALIZER = 5;
  static final int INPUT = 11;
  static final int OUTPUT = 12;
  static final int VALUE_INFO = 13;

  private static final int GRAPH = 7;
  private static final int LARGEST_SIZES = 1024; // in bytes; weights are larger, and are not read

  private final List<Field> model; // with its graph among them
  private final List<Field> fields;
  private final List<OnnxNode> nodes = new ArrayList<>();

  /** Small constants of integers by name: those that may be sizes or axes. */
  private final Map<String, List<Long>> integers = new HashMap<>();

  private OnnxGraph(List<Field> model, List<Field> fields) throws IOException {
    this.model = model;
    this.fields = fields;
    for (Field field : fields(NODE)) {
      OnnxNode node = new OnnxNode(field, field.message());
      nodes.add(node);
      node.constantIntegers().ifPresent(constant -> integers.put(node.output(), constant));
    }
    for (Field field : fields(INITIALIZER)) {
      if (field.content().remaining() <= LARGEST_SIZES) {
        OnnxMessage tensor = field.message();
        tensor.tensorIntegers().ifPresent(constant -> integers.put(tensor.text(8), constant));
      }
    }
  }

  /** A field of a message, compared by identity. */
  static final class Field {

    private final int number;
    private final ByteBuffer bytes;
    private final int contentAt;

    /**
     * @param bytes with its tag
     * @param contentAt where in the bytes its content starts
     */
    private Field(int number, ByteBuffer bytes, int contentAt) {
      this.number = number;
      this.bytes = bytes;
      this.contentAt = contentAt;
    }

    private static Field of(int number, ByteBuffer content) {
      ByteBuffer head = head(number, content.remaining());
      ByteBuffer bytes = ByteBuffer.allocate(head.remaining() + content.remaining());
      int contentAt = head.remaining();
      return new Field(number, bytes.put(head).put(content).flip(), contentAt);
    }

    private ByteBuffer content() {
      return bytes.slice(contentAt, bytes.limit() - contentAt);
    }

    /** Its content, if it is a message. */
    OnnxMessage message() throws IOException {
      return OnnxMessage.of(ByteString.copyFrom(content()));
    }
  }

  /**
   * Finds the graph's fields.
   *
   * @param file the bytes of an ONNX file, of which the graph keeps views
   * @throws IOException if the bytes are not an ONNX file
   */
  static OnnxGraph of(ByteBuffer file) throws IOException {
    List<Field> model = read(file);
    for (Field field : model) {
      if (field.number == GRAPH) {
        return new OnnxGraph(model, read(field.content()));
      }
    }
    throw new IOException("no graph found");
  }

  private static List<Field> read(ByteBuffer message) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message.slice());
    List<Field> fields = new ArrayList<>();
    while (!in.isAtEnd()) {
      int start = in.getTotalBytesRead();
      int tag = in.readTag();
      int content = in.getTotalBytesRead();
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int size = in.readRawVarint32();
        content = in.getTotalBytesRead();
        in.skipRawBytes(size);
      } else if (!in.skipField(tag)) {
        throw new IOException("a group ends that was not started");
      }
      ByteBuffer bytes = message.slice(start, in.getTotalBytesRead() - start);
      fields.add(new Field(WireFormat.getTagFieldNumber(tag), bytes, content - start));
    }
    return fields;
  }

  /** The fields with a number, in the order of the file. */
  List<Field> fields(int number) {
    return fields.stream().filter(field -> field.number == number).toList();
  }

  /** In the order of the file: each after those that make its inputs. */
  List<OnnxNode> nodes() {
    return nodes;
  }

  /** Whether some nodes contain graphs, such as the body of a loop, which may use any value. */
  boolean isNested() {
    return nodes.stream().anyMatch(OnnxNode::hasGraphs);
  }

  /**
   * The declaration of a value.
   *
   * @param number of the field: inputs, outputs or other values
   */
  Optional<Field> declaration(int number, String name) throws IOException {
    for (Field field : fields(number)) {
      if (field.message().text(1).equals(name)) {
        return Optional.of(field);
      }
    }
    return Optional.empty();
  }

  /** The numbers in a small constant of 64-bit integers; none if the value is anything else. */
  List<Long> integers(String value) {
    return integers.getOrDefault(value, List.of());
  }

  /**
   * A graph with some fields replaced.
   *
   * @param changed the messages that take the place of a field, which get its number
   */
  OnnxGraph with(Map<Field, List<OnnxMessage>> changed) throws IOException {
    List<Field> copied = new ArrayList<>();
    for (Field field : fields) {
      if (changed.containsKey(field)) {
        for (OnnxMessage message : changed.get(field)) {
          copied.add(
              Field.of(field.number, message.fields().toByteString().asReadOnlyByteBuffer()));
        }
      } else {
        copied.add(field);
      }
    }
    return new OnnxGraph(model, copied);
  }

  /** The bytes of an ONNX file with this graph, in direct memory. */
  ByteBuffer bytes() {
    List<ByteBuffer> parts = new ArrayList<>();
    for (Field field : model) {
      if (field.number == GRAPH) {
        parts.add(head(GRAPH, size(fields.stream().map(part -> part.bytes).toList())));
        fields.forEach(part -> parts.add(part.bytes.duplicate()));
      } else {
        parts.add(field.bytes.duplicate());
      }
    }
    ByteBuffer bytes = ByteBuffer.allocateDirect(size(parts));
    parts.forEach(bytes::put);
    return bytes.flip();
  }

  private static int size(List<ByteBuffer> parts) {
    return parts.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact);
  }

  /** The tag and the length of a field. */
  private static ByteBuffer head(int number, int size) {
    int tag = number << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    ByteBuffer head =
        ByteBuffer.allocate(
            CodedOutputStream.computeUInt32SizeNoTag(tag)
                + CodedOutputStream.computeUInt32SizeNoTag(size));
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(head.array());
      out.writeUInt32NoTag(tag);
      out.writeUInt32NoTag(size);
    } catch (IOException e) {
      throw new IllegalStateException("the size was computed", e);
    }
    return head;
  }
}
