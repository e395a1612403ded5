package io.spackle.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * A tensor of float32 values that lie in several tensors, one after the other in C order. A graph
 * stages only those parts that have changed since its last run.
 *
 * @param parts of {@code shape.size()} values together
 */
public record FloatParts(List<FloatTensor> parts, Shape shape) implements Tensor {

  public FloatParts {
    parts = List.copyOf(parts);
    shape.requireSize(parts.stream().mapToInt(part -> part.data().length).sum());
  }

  /**
   * A batch.
   *
   * @param rows each a list of tensors (1, ...), which are joined along the second axis; all with
   *     the same shapes
   */
  public static FloatParts ofRows(List<List<FloatTensor>> rows) {
    int[] axes = rows.get(0).get(0).shape().axes();
    axes[0] = rows.size();
    axes[1] = rows.get(0).stream().mapToInt(part -> part.shape().axis(1)).sum();
    List<FloatTensor> parts = new ArrayList<>();
    rows.forEach(parts::addAll);
    return new FloatParts(parts, Shape.of(axes));
  }
}
