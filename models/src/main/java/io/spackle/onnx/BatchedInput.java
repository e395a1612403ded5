package io.spackle.onnx;

import static io.spackle.onnx.OnnxDeclaration.ANY_LENGTH;

import io.spackle.onnx.OnnxGraph.Field;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A graph in which an input with one value for the whole batch takes one value for each row.
 *
 * <p>Exports of diffusion models declare the timestep as a scalar and expand it to the batch in the
 * graph: {@code Unsqueeze}, perhaps {@code Cast}, {@code Expand}. A value for each row needs no
 * {@code Unsqueeze}, and {@code Expand} leaves it as it is. So the graph computes the same where
 * the values of all rows are equal.
 */
final class BatchedInput {

  private final OnnxGraph graph;
  private final Map<Field, List<OnnxMessage>> changed = new HashMap<>();

  private BatchedInput(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Makes the graph.
   *
   * @param input the name of an input with one value: a scalar, or of the shape (1)
   * @return a graph whose input has the shape (any); empty if the input has a value for each row
   *     already, or if the graph does anything else with it than to expand it
   */
  static Optional<OnnxGraph> of(OnnxGraph graph, String input) throws IOException {
    BatchedInput batched = new BatchedInput(graph);
    return batched.change(input) ? Optional.of(graph.with(batched.changed)) : Optional.empty();
  }

  /** Determines what changes; returns false if the graph is to stay as it is. */
  private boolean change(String input) throws IOException {
    Optional<Field> declaration = graph.declaration(OnnxGraph.INPUT, input);
    if (declaration.isEmpty() || graph.isNested()) {
      return false;
    }
    takesAnyLength(declaration.get());
    List<OnnxMessage> axes = new OnnxDeclaration(declaration.get().message()).axes();
    return switch (axes.size()) {
      case 0 -> isUnsqueezed(input);
      case 1 -> OnnxDeclaration.length(axes.get(0)).equals(List.of(1L)) && isExpanded(input);
      default -> false;
    };
  }

  private void takesAnyLength(Field vector) throws IOException {
    OnnxDeclaration declaration = new OnnxDeclaration(vector.message());
    changed.put(vector, List.of(declaration.withAxes(List.of(ANY_LENGTH)).message()));
  }

  /** Whether a scalar only gets an axis and is expanded; leaves the axis out. */
  private boolean isUnsqueezed(String scalar) throws IOException {
    for (OnnxNode node : consumers(scalar)) {
      if (!node.is("Unsqueeze") || !insertsOneAxis(node) || !isExpanded(node.output())) {
        return false;
      }
      changed.put(node.field(), List.of(node.asIdentity()));
    }
    return true;
  }

  /** Whether a vector is only cast and expanded; leaves out what is known of its length. */
  private boolean isExpanded(String vector) throws IOException {
    Optional<Field> info = graph.declaration(OnnxGraph.VALUE_INFO, vector);
    if (info.isPresent()) {
      takesAnyLength(info.get());
    }
    for (OnnxNode node : consumers(vector)) {
      boolean expands = node.is("Expand") && node.inputs().indexOf(vector) == 0;
      if (!expands && !(node.is("Cast") && isExpanded(node.output()))) {
        return false;
      }
    }
    return graph.declaration(OnnxGraph.OUTPUT, vector).isEmpty();
  }

  private List<OnnxNode> consumers(String value) {
    return graph.nodes().stream().filter(node -> node.inputs().contains(value)).toList();
  }

  /** Axes are an attribute, a constant or an initializer, depending on the operator set. */
  private boolean insertsOneAxis(OnnxNode unsqueeze) {
    List<Long> axes =
        unsqueeze.inputs().size() == 1
            ? unsqueeze.integers("axes")
            : graph.integers(unsqueeze.input(1));
    return axes.size() == 1;
  }
}
