package io.spackle.graph;

import java.util.List;

/**
 * An input or output of a graph as the graph itself declares it.
 *
 * @param name as in the file
 * @param type the element type
 * @param axes declared axis lengths, -1 where any length fits; none for a scalar
 */
public record TensorSpec(String name, ElementType type, List<Long> axes) {

  public TensorSpec {
    axes = List.copyOf(axes);
  }

  /** Number of axes, 0 for a scalar. */
  public int rank() {
    return axes.size();
  }
}
