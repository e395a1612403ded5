package io.spackle.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares what a family feeds and reads with what a graph declares, before the first image. */
public final class GraphChecks {

  private GraphChecks() {}

  /**
   * What keeps a graph from being used.
   *
   * @param file what problems call the graph, such as unet/model.onnx
   * @param fed the inputs that the family feeds: the graph must declare these and no other
   * @param read the outputs that the family reads: the graph must declare at least these
   * @return problems for a {@link InvalidModelException}, empty if there are none
   */
  public static List<String> problems(String file, Graph graph, Set<String> fed, Set<String> read) {
    List<String> problems = new ArrayList<>();
    if (!graph.inputs().keySet().equals(fed)) {
      problems.add(problem(file, "inputs", graph.inputs().keySet(), fed));
    }
    if (!graph.outputs().keySet().containsAll(read)) {
      problems.add(problem(file, "outputs", graph.outputs().keySet(), read));
    }
    return problems;
  }

  private static String problem(String file, String what, Set<String> found, Set<String> expected) {
    return file
        + ": "
        + what
        + " "
        + sorted(found)
        + " found, expected "
        + sorted(expected)
        + ": export the model again with optimum, or choose the family that fits it";
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }
}
