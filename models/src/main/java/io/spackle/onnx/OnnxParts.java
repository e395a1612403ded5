package io.spackle.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The fields of the graph in an ONNX file, so that some of them can be replaced in a copy without
 * reading the tensors.
 */
final class OnnxParts {

  private static final int GRAPH = 7;

  private final ByteBuffer file;
  private final Part graph;
  private final List<Part> parts;

  private OnnxParts(ByteBuffer file, Part graph, List<Part> parts) {
    this.file = file;
    this.graph = graph;
    this.parts = parts;
  }

  /**
   * A field of a message.
   *
   * @param number as in {@code onnx.proto}
   * @param start of its tag
   * @param content start of what it contains
   * @param end its end
   */
  record Part(int number, int start, int content, int end) {

    int size() {
      return end - content;
    }
  }

  /**
   * Finds the graph's fields.
   *
   * @throws IOException if the bytes are not an ONNX file
   */
  static OnnxParts of(ByteBuffer file) throws IOException {
    for (Part part : parts(file, 0, file.limit())) {
      if (part.number() == GRAPH) {
        return new OnnxParts(file, part, parts(file, part.content(), part.end()));
      }
    }
    throw new IOException("no graph found");
  }

  private static List<Part> parts(ByteBuffer file, int start, int end) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(file.slice(start, end - start));
    List<Part> parts = new ArrayList<>();
    while (!in.isAtEnd()) {
      int from = start + in.getTotalBytesRead();
      int tag = in.readTag();
      int content = start + in.getTotalBytesRead();
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int size = in.readRawVarint32();
        content = start + in.getTotalBytesRead();
        in.skipRawBytes(size);
      } else if (!in.skipField(tag)) {
        throw new IOException("a group ends that was not started");
      }
      int to = start + in.getTotalBytesRead();
      parts.add(new Part(WireFormat.getTagFieldNumber(tag), from, content, to));
    }
    return parts;
  }

  /** The graph's fields with a number, in the order of the file. */
  List<Part> graphParts(int number) {
    return parts.stream().filter(part -> part.number() == number).toList();
  }

  /** The content of a field that is a message. */
  OnnxMessage message(Part part) throws IOException {
    return OnnxMessage.of(ByteString.copyFrom(file.slice(part.content(), part.size())));
  }

  /**
   * A copy of the file in direct memory.
   *
   * @param changed new messages for some of the graph's fields
   */
  ByteBuffer copy(Map<Part, OnnxMessage> changed) {
    List<ByteBuffer> copied = new ArrayList<>();
    for (Part part : parts) {
      if (changed.containsKey(part)) {
        ByteBuffer message = changed.get(part).fields().toByteString().asReadOnlyByteBuffer();
        copied.add(head(part.number(), message.remaining()));
        copied.add(message);
      } else {
        copied.add(file.slice(part.start(), part.end() - part.start()));
      }
    }
    copied.add(0, head(GRAPH, size(copied)));
    copied.add(0, file.slice(0, graph.start()));
    copied.add(file.slice(graph.end(), file.limit() - graph.end()));
    ByteBuffer copy = ByteBuffer.allocateDirect(size(copied));
    copied.forEach(copy::put);
    return copy.flip();
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
