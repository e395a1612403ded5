package io.spackle.onnx;

import static io.spackle.onnx.OnnxDeclaration.ANY_LENGTH;

import io.spackle.graph.ElementType;
import io.spackle.onnx.OnnxGraph.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A UNet in which rows with the same sample, such as the two rows of a guided image, share what
 * does not depend on the prompt: all layers up to the first cross-attention.
 *
 * <p>{@code sample} and {@code timestep} take a row for each sample, the prompts as many rows as
 * before, and a new input the sample of each row. Where a node that depends on the prompt uses a
 * value that does not, the value is gathered: {@code value[index]}. Values whose first axis is not
 * known to be the batch, among them sizes, are not gathered. The nodes that make them are repeated,
 * on gathered values.
 *
 * <p>The rows of a batch must not depend on each other, as everywhere in this engine. Then the
 * result is the same, bit for bit where a row has the same bits in any batch.
 */
final class SharedRows {

  /**
   * Operators that compute each entry of the first axis of their output from that entry of their
   * inputs, or from inputs without one, such as weights. The list is as long as the layers of UNets
   * need: within a layer other operators may be used, as its residual is added at its end.
   */
  private static final Set<String> ROW_BY_ROW =
      Set.of(
          "Add",
          "BiasAdd",
          "Cast",
          "Conv",
          "Div",
          "GroupNorm",
          "GroupNormalization",
          "Identity",
          "InstanceNormalization",
          "LayerNormalization",
          "MatMul",
          "Mul",
          "NhwcConv",
          "SkipGroupNorm",
          "SkipLayerNormalization");

  /** Operators whose output starts with the first entry of their first input. */
  private static final Set<String> KEEP_FIRST =
      Set.of("Cast", "Concat", "Identity", "Reshape", "Squeeze", "Unsqueeze");

  /** What a value depends on that is not constant. */
  private enum Kind {
    /** On sizes of the sample alone. */
    SIZE,
    /** On the sample, and its first axis is the batch of samples. */
    SAMPLES,
    /** On the sample, in any layout. */
    OF_SAMPLES,
    /** On the prompt. */
    ROWS
  }

  private final OnnxGraph graph;
  private final String index;

  /** Values that are not constant. */
  private final Map<String, Kind> kinds = new HashMap<>();

  /** The nodes that make them. */
  private final Map<String, OnnxNode> makers = new HashMap<>();

  /** The names of values for each row, by the names of those for each sample. */
  private final Map<String, String> perRow = new HashMap<>();

  private final Map<Field, List<OnnxMessage>> changed = new HashMap<>();

  private SharedRows(OnnxGraph graph, String index) {
    this.graph = graph;
    this.index = index;
  }

  /**
   * Makes the graph.
   *
   * @param graph a UNet
   * @param samples its inputs with a row for each sample
   * @param prompt its input with the prompts; its other inputs are the samples
   * @param index the name of the new input, int64 (rows)
   * @return the graph; empty if it has other inputs, if the number of rows is fixed, if a node
   *     contains a graph, or if a result does not depend on the prompt
   */
  static Optional<OnnxGraph> of(OnnxGraph graph, List<String> samples, String prompt, String index)
      throws IOException {
    SharedRows shared = new SharedRows(graph, index);
    return !graph.isNested() && shared.declare(samples, prompt) && shared.change()
        ? Optional.of(graph.with(shared.changed))
        : Optional.empty();
  }

  /** Declares the inputs; returns false if they are others, or of a fixed number of rows. */
  private boolean declare(List<String> samples, String prompt) throws IOException {
    for (Field field : graph.fields(OnnxGraph.INPUT)) {
      OnnxDeclaration input = new OnnxDeclaration(field.message());
      boolean isPrompt = input.name().equals(prompt);
      List<OnnxMessage> axes = new ArrayList<>(input.axes());
      if (!(isPrompt || samples.contains(input.name()))
          || axes.isEmpty()
          || !OnnxDeclaration.length(axes.get(0)).isEmpty()) {
        return false;
      }
      kinds.put(input.name(), isPrompt ? Kind.ROWS : Kind.SAMPLES);
      if (isPrompt) {
        OnnxDeclaration rows = OnnxDeclaration.of(index, ElementType.INT64, List.of(axes.get(0)));
        changed.put(field, List.of(input.message(), rows.message()));
      } else {
        axes.set(0, ANY_LENGTH); // its name, if it has one, is that of the rows
        changed.put(field, List.of(input.withAxes(axes).message()));
      }
    }
    return kinds.size() == samples.size() + 1;
  }

  /** Changes the nodes; returns false if a result does not depend on the prompt. */
  private boolean change() throws IOException {
    for (OnnxNode node : graph.nodes()) {
      Kind kind = kind(node);
      note(node, kind);
      if (kind == Kind.ROWS) {
        List<OnnxMessage> added = new ArrayList<>();
        List<String> inputs = perRow(node.inputs(), added);
        added.add(node.on(inputs, node.outputs()));
        changed.put(node.field(), added);
      }
    }
    for (Field field : graph.fields(OnnxGraph.VALUE_INFO)) {
      if (isShared(new OnnxDeclaration(field.message()).name())) {
        changed.put(field, List.of()); // it may have a name for the number of rows
      }
    }
    for (Field field : graph.fields(OnnxGraph.OUTPUT)) {
      if (kinds.get(new OnnxDeclaration(field.message()).name()) != Kind.ROWS) {
        return false;
      }
    }
    return true;
  }

  private void note(OnnxNode node, Kind kind) {
    for (String output : node.outputs()) {
      if (!output.isEmpty() && kind != null) {
        makers.put(output, node);
        kinds.put(output, kind);
      }
    }
  }

  private boolean isShared(String value) {
    return kinds.containsKey(value) && kinds.get(value) != Kind.ROWS;
  }

  /** The kind of a node's outputs, null if they are constant. */
  private Kind kind(OnnxNode node) {
    List<Kind> inputs = node.inputs().stream().map(kinds::get).filter(Objects::nonNull).toList();
    if (inputs.isEmpty()) {
      return null;
    }
    if (inputs.contains(Kind.ROWS)) {
      return Kind.ROWS;
    }
    if (node.is("Shape") || inputs.stream().allMatch(Kind.SIZE::equals)) {
      return Kind.SIZE;
    }
    return inputs.contains(Kind.SAMPLES) && keepsBatch(node) ? Kind.SAMPLES : Kind.OF_SAMPLES;
  }

  /** Whether the first axis of an output is that of its inputs, entry by entry. */
  private boolean keepsBatch(OnnxNode node) {
    return switch (node.operator()) {
      case "Reshape" -> !node.integers("allowzero").contains(1L) && startsWithBatch(node.input(1));
      case "Transpose" -> node.integers("perm").indexOf(0L) == 0;
      case "Concat" -> areLater(node.integers("axis"));
      case "Slice" -> node.inputs().size() > 3 && areLater(graph.integers(node.input(3)));
      default -> ROW_BY_ROW.contains(node.operator());
    };
  }

  private static boolean areLater(List<Long> axes) {
    return !axes.isEmpty() && axes.stream().allMatch(axis -> axis > 0);
  }

  /**
   * Whether the first number of a shape is the number of samples, or the 0 for which {@code
   * Reshape} keeps an axis.
   */
  private boolean startsWithBatch(String shape) {
    OnnxNode maker = makers.get(shape);
    if (maker == null) {
      return graph.integers(shape).indexOf(0L) == 0;
    }
    return switch (maker.operator()) {
      case "Shape" ->
          kinds.get(maker.input(0)) == Kind.SAMPLES
              && maker.integers("start").stream().allMatch(start -> start == 0);
      case "Gather", "Slice" ->
          graph.integers(maker.input(1)).indexOf(0L) == 0 && startsWithBatch(maker.input(0));
      default -> KEEP_FIRST.contains(maker.operator()) && startsWithBatch(maker.input(0));
    };
  }

  /**
   * Names of values for each row.
   *
   * @param added gets the nodes that make them
   */
  private List<String> perRow(List<String> values, List<OnnxMessage> added) {
    List<String> rows = new ArrayList<>();
    for (String value : values) {
      rows.add(isShared(value) ? perRow(value, added) : value);
    }
    return rows;
  }

  private String perRow(String value, List<OnnxMessage> added) {
    if (!perRow.containsKey(value)) {
      if (kinds.get(value) == Kind.SAMPLES) {
        perRow.put(value, nameOfRows(value));
        added.add(OnnxNode.of("Gather", List.of(value, index), nameOfRows(value)));
      } else {
        OnnxNode maker = makers.get(value);
        List<String> inputs = perRow(maker.inputs(), added);
        maker.outputs().forEach(output -> perRow.put(output, nameOfRows(output)));
        added.add(maker.on(inputs, maker.outputs().stream().map(perRow::get).toList()));
      }
    }
    return perRow.get(value);
  }

  private static String nameOfRows(String value) {
    return value.isEmpty() ? value : value + "_per_row";
  }
}
