package io.spackle.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.spackle.graph.ElementType;
import io.spackle.graph.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The declared inputs and outputs of an ONNX file, read without loading its tensors.
 *
 * @param inputs in the order of the file, without those that have initializers
 * @param outputs in the order of the file
 */
public record OnnxHeader(List<TensorSpec> inputs, List<TensorSpec> outputs) {

  public OnnxHeader {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Reads a file.
   *
   * @throws IOException if the file cannot be read, is not an ONNX file, or declares an input or
   *     output of an unsupported type
   */
  public static OnnxHeader read(Path model) throws IOException {
    try (InputStream bytes = Files.newInputStream(model)) {
      return read(bytes);
    }
  }

  /**
   * Reads the bytes of a file; the stream stays open.
   *
   * @throws IOException as above
   */
  public static OnnxHeader read(InputStream model) throws IOException {
    Reader reader = new Reader(CodedInputStream.newInstance(model));
    reader.model();
    reader.inputs.removeIf(input -> reader.initialized.contains(input.name()));
    return new OnnxHeader(reader.inputs, reader.outputs);
  }

  /** A parser; field numbers are those of {@code onnx.proto} (https://github.com/onnx/onnx). */
  private static final class Reader {

    private static final int NUMBER = WireFormat.WIRETYPE_VARINT;
    private static final int PART = WireFormat.WIRETYPE_LENGTH_DELIMITED;

    private final CodedInputStream in;
    private final Set<String> initialized = new HashSet<>();
    private final List<TensorSpec> inputs = new ArrayList<>();
    private final List<TensorSpec> outputs = new ArrayList<>();

    // Of the input or output that is being read.
    private String name;
    private int type;
    private List<Long> axes;

    Reader(CodedInputStream in) {
      this.in = in;
    }

    /** Reads the field of a tag; returns false for one to skip. */
    private interface FieldHandler {
      boolean read(int tag) throws IOException;
    }

    void model() throws IOException {
      fields(tag -> tag == (7 << 3 | PART) && part(this::graph));
    }

    private boolean graph(int tag) throws IOException {
      return switch (tag) {
        case 5 << 3 | PART -> part(this::tensor);
        case 11 << 3 | PART -> spec(inputs);
        case 12 << 3 | PART -> spec(outputs);
        default -> false;
      };
    }

    private boolean tensor(int tag) throws IOException {
      if (tag != (8 << 3 | PART)) {
        return false;
      }
      initialized.add(in.readString());
      return true;
    }

    private boolean spec(List<TensorSpec> specs) throws IOException {
      name = "";
      type = 0;
      axes = new ArrayList<>();
      part(this::value);
      ElementType known =
          ElementType.ofOnnx(type)
              .orElseThrow(
                  () ->
                      new IOException(
                          name + " has the ONNX type " + type + ", which is not supported"));
      return specs.add(new TensorSpec(name, known, axes));
    }

    private boolean value(int tag) throws IOException {
      return switch (tag) {
        case 1 << 3 | PART -> {
          name = in.readString();
          yield true;
        }
        case 2 << 3 | PART -> part(inner -> inner == (1 << 3 | PART) && part(this::tensorType));
        default -> false;
      };
    }

    private boolean tensorType(int tag) throws IOException {
      return switch (tag) {
        case 1 << 3 | NUMBER -> {
          type = in.readInt32();
          yield true;
        }
        case 2 << 3 | PART -> part(inner -> inner == (1 << 3 | PART) && axis());
        default -> false;
      };
    }

    /** A length, or a name for any length. */
    private boolean axis() throws IOException {
      int axis = axes.size();
      axes.add(-1L);
      return part(tag -> tag == (1 << 3 | NUMBER) && length(axis));
    }

    private boolean length(int axis) throws IOException {
      axes.set(axis, in.readInt64());
      return true;
    }

    private boolean part(FieldHandler reader) throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      fields(reader);
      in.popLimit(outer);
      return true;
    }

    private void fields(FieldHandler reader) throws IOException {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (!reader.read(tag)) {
          in.skipField(tag);
        }
      }
    }
  }
}
