package io.spackle.onnx;

import io.spackle.onnx.OnnxParts.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A copy of an ONNX file in which an input with one value for the whole batch takes one value for
 * each row.
 *
 * <p>Exports of diffusion models declare the timestep as a scalar and expand it to the batch in the
 * graph: {@code Unsqueeze}, perhaps {@code Cast}, {@code Expand}. A value for each row needs no
 * {@code Unsqueeze}, and {@code Expand} leaves it as it is. So the copy computes the same where the
 * values of all rows are equal.
 */
public final class BatchedInput {

  private static final int LARGEST_FILE = Integer.MAX_VALUE; // of one mapping, and of ONNX
  private static final int LARGEST_AXES = 1024; // in bytes; weights are larger, and are not read

  // The fields of a graph.
  private static final int NODE = 1;
  private static final int INITIALIZER = 5;
  private static final int INPUT = 11;
  private static final int OUTPUT = 12;
  private static final int VALUE_INFO = 13;

  private final OnnxParts file;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Part, OnnxMessage> changed = new HashMap<>();

  private BatchedInput(OnnxParts file) throws IOException {
    this.file = file;
    for (Part part : file.graphParts(NODE)) {
      nodes.add(new Node(part, file.message(part)));
    }
  }

  private record Node(Part part, OnnxMessage message) {

    boolean is(String operator) {
      return message.text(4).equals(operator);
    }

    List<String> inputs() {
      return message.texts(1);
    }

    String output() {
      return message.text(2);
    }

    List<OnnxMessage> attributes() {
      return message.messages(5);
    }

    /** Whether it contains graphs, such as the body of a loop, which may use any value. */
    boolean hasGraphs() {
      return attributes().stream().anyMatch(attribute -> attribute.has(6) || attribute.has(11));
    }

    OnnxMessage asIdentity() {
      return message.without(1).without(5).withText(1, inputs().get(0)).withText(4, "Identity");
    }
  }

  /**
   * Makes the copy, in direct memory.
   *
   * @param model an ONNX file
   * @param input the name of an input with one value: a scalar, or of the shape (1)
   * @return the copy, whose input has the shape (any); empty if the input has a value for each row
   *     already, or if the graph does anything else with it than to expand it
   * @throws IOException if the file cannot be read or is not an ONNX file
   */
  public static Optional<ByteBuffer> of(Path model, String input) throws IOException {
    try (FileChannel channel = FileChannel.open(model, StandardOpenOption.READ)) {
      if (channel.size() > LARGEST_FILE) {
        return Optional.empty();
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      BatchedInput copy = new BatchedInput(OnnxParts.of(bytes));
      return copy.change(input) ? Optional.of(copy.file.copy(copy.changed)) : Optional.empty();
    }
  }

  /** Determines what changes; returns false if the file is to stay as it is. */
  private boolean change(String input) throws IOException {
    Optional<Part> declaration = named(INPUT, input);
    if (declaration.isEmpty() || nodes.stream().anyMatch(Node::hasGraphs)) {
      return false;
    }
    OnnxMessage declared = file.message(declaration.get());
    changed.put(declaration.get(), withAnyLength(declared));
    List<OnnxMessage> axes = axes(declared);
    return switch (axes.size()) {
      case 0 -> isUnsqueezed(input);
      case 1 -> axes.get(0).numbers(1).equals(List.of(1L)) && isExpanded(input);
      default -> false;
    };
  }

  /** Whether a scalar only gets an axis and is expanded; leaves the axis out. */
  private boolean isUnsqueezed(String scalar) throws IOException {
    for (Node node : consumers(scalar)) {
      if (!node.is("Unsqueeze") || !insertsOneAxis(node) || !isExpanded(node.output())) {
        return false;
      }
      changed.put(node.part(), node.asIdentity());
    }
    return true;
  }

  /** Whether a vector is only cast and expanded; leaves out what is known of its length. */
  private boolean isExpanded(String vector) throws IOException {
    Optional<Part> info = named(VALUE_INFO, vector);
    if (info.isPresent()) {
      changed.put(info.get(), withAnyLength(file.message(info.get())));
    }
    for (Node node : consumers(vector)) {
      boolean expands = node.is("Expand") && node.inputs().indexOf(vector) == 0;
      if (!expands && !(node.is("Cast") && isExpanded(node.output()))) {
        return false;
      }
    }
    return named(OUTPUT, vector).isEmpty();
  }

  private List<Node> consumers(String value) {
    return nodes.stream().filter(node -> node.inputs().contains(value)).toList();
  }

  /** Axes are an attribute, a constant or an initializer, depending on the operator set. */
  private boolean insertsOneAxis(Node unsqueeze) throws IOException {
    if (unsqueeze.inputs().size() == 1) {
      return unsqueeze.attributes().stream()
          .anyMatch(attribute -> attribute.numbers(8).size() == 1);
    }
    String axes = unsqueeze.inputs().get(1);
    List<OnnxMessage> tensors = new ArrayList<>();
    nodes.stream()
        .filter(node -> node.is("Constant") && node.output().equals(axes))
        .flatMap(node -> node.attributes().stream())
        .forEach(value -> tensors.addAll(value.messages(5)));
    for (Part part : file.graphParts(INITIALIZER)) {
      if (part.size() <= LARGEST_AXES && file.message(part).text(8).equals(axes)) {
        tensors.add(file.message(part));
      }
    }
    return tensors.stream().anyMatch(tensor -> tensor.numbers(1).equals(List.of(1L)));
  }

  /** The declaration of a value in a field of the graph. */
  private Optional<Part> named(int field, String name) throws IOException {
    for (Part part : file.graphParts(field)) {
      if (file.message(part).text(1).equals(name)) {
        return Optional.of(part);
      }
    }
    return Optional.empty();
  }

  /** The axes that a declaration of a tensor lists, none if it has no shape. */
  private static List<OnnxMessage> axes(OnnxMessage declaration) {
    return declaration.messages(2).stream()
        .flatMap(type -> type.messages(1).stream())
        .flatMap(tensor -> tensor.messages(2).stream())
        .flatMap(shape -> shape.messages(1).stream())
        .toList();
  }

  /** The declaration of a tensor with one axis of any length. */
  private static OnnxMessage withAnyLength(OnnxMessage declaration) {
    OnnxMessage type = declaration.messages(2).get(0);
    OnnxMessage tensor = type.messages(1).get(0);
    OnnxMessage shape = OnnxMessage.EMPTY.withMessage(1, OnnxMessage.EMPTY);
    return declaration.withMessage(2, type.withMessage(1, tensor.withMessage(2, shape)));
  }
}
