package io.spackle.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The locations of an ONNX file's external tensors.
 *
 * <p>Reads the messages of {@code onnx.proto} (https://github.com/onnx/onnx) that can contain a
 * tensor and skips all others, as well as the tensors' bytes, so that of a file of gigabytes a few
 * megabytes are read.
 */
final class ExternalData {

  /**
   * The limit on nested subgraphs, such as a loop in a branch in a function, against hostile files.
   */
  private static final int MAX_DEPTH = 100;

  private final SortedSet<String> locations = new TreeSet<>();

  private ExternalData() {}

  /**
   * The locations of a file's external tensors, not validated.
   *
   * @throws IOException if the file cannot be read or is not an ONNX file
   */
  static SortedSet<String> locations(Path model) throws IOException {
    try (InputStream bytes = Files.newInputStream(model)) {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      ExternalData found = new ExternalData();
      found.walk(Message.MODEL, in, 0);
      return found.locations;
    }
  }

  private void walk(Message message, CodedInputStream in, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException("messages nest deeper than " + MAX_DEPTH);
    }
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      Message part = message.part(field);
      boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (delimited && part != null) {
        int outer = in.pushLimit(in.readRawVarint32());
        walk(part, in, depth + 1);
        if (in.getBytesUntilLimit() != 0) {
          throw new EOFException("the file ends inside a message");
        }
        in.popLimit(outer);
      } else if (delimited && message == Message.ENTRY && field == 1) {
        key = in.readString();
      } else if (delimited && message == Message.ENTRY && field == 2) {
        value = in.readString();
      } else if (!in.skipField(tag)) {
        throw new IOException("a group ends that was not started");
      }
    }
    if (message == Message.ENTRY && key.equals("location")) {
      locations.add(value);
    }
  }

  /** The messages that can contain a tensor, with the numbers of the fields that lead to it. */
  private enum Message {
    MODEL,
    TRAINING,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR,
    ENTRY;

    /** The message in a field, null if it cannot contain a tensor. */
    Message part(int field) {
      return switch (this) {
        case MODEL ->
            switch (field) {
              case 7 -> GRAPH;
              case 20 -> TRAINING;
              case 25 -> FUNCTION;
              default -> null;
            };
        case TRAINING -> field == 1 || field == 2 ? GRAPH : null;
        case FUNCTION ->
            switch (field) {
              case 7 -> NODE;
              case 11 -> ATTRIBUTE;
              default -> null;
            };
        case GRAPH ->
            switch (field) {
              case 1 -> NODE;
              case 5 -> TENSOR;
              case 15 -> SPARSE_TENSOR;
              default -> null;
            };
        case NODE -> field == 5 ? ATTRIBUTE : null;
        case ATTRIBUTE ->
            switch (field) {
              case 5, 10 -> TENSOR;
              case 6, 11 -> GRAPH;
              case 22, 23 -> SPARSE_TENSOR;
              default -> null;
            };
        case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : null;
        case TENSOR -> field == 13 ? ENTRY : null;
        case ENTRY -> null;
      };
    }
  }
}
