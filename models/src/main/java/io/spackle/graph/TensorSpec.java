package io.spackle.graph;

import java.util.List;

/**
 * The declaration of a graph's input or output.
 *
 * @param name the name in the file
 * @param type the element type
 * @param axes the axis lengths, -1 for any length; empty for a scalar
 */
public record TensorSpec(String name, ElementType type, List<Long> axes) {

  public TensorSpec {
    axes = List.copyOf(axes);
  }

  /** The number of axes, 0 for a scalar. */
  public int rank() {
    return axes.size();
  }
}
