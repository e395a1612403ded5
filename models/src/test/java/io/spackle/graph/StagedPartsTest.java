package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.onnx.OnnxFile;
import io.spackle.tensor.FloatParts;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StagedPartsTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {OnnxFile.FLOAT, OnnxFile.FLOAT16, OnnxFile.DOUBLE, OnnxFile.INT64})
  void aBatchOfPartsIsReadInTheirOrder(int type) throws IOException {
    try (OrtGraph graph = identity(type)) {
      FloatTensor one = row(1, 2);
      FloatTensor two = row(3);
      FloatTensor three = row(4);
      assertThat(run(graph, FloatParts.ofRows(List.of(List.of(one, two), List.of(one, three)))))
          .isEqualTo(FloatTensor.of(new float[] {1, 2, 3, 1, 2, 4}, 2, 3).data());
    }
  }

  /** An array that is changed, which nobody may, shows whether it was read again. */
  @Test
  void aPartThatStaysInItsPlaceIsNotStagedAgain() throws IOException {
    try (OrtGraph graph = identity(OnnxFile.FLOAT)) {
      FloatTensor constant = row(7);
      assertThat(run(graph, parts(row(1), constant))).containsExactly(1, 7);
      constant.data()[0] = 9;
      assertThat(run(graph, parts(row(2), constant))).containsExactly(2, 7);
      assertThat(run(graph, parts(constant, row(2)))).as("another place").containsExactly(9, 2);
      assertThat(run(graph, row(5, 6))).as("no parts").containsExactly(5, 6);
      assertThat(run(graph, parts(constant, row(2)))).containsExactly(9, 2);
    }
  }

  /** Batches that grow, shrink and change, as those of a lane. */
  @Test
  void anySequenceOfBatchesGivesItsOwnValues() throws IOException {
    Random random = new Random(1);
    List<FloatTensor> pool = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pool.add(row(random.nextInt(100), random.nextInt(100)));
      pool.add(row(random.nextInt(100)));
    }
    try (OrtGraph graph = identity(OnnxFile.FLOAT)) {
      for (int round = 0; round < 300; round++) {
        List<FloatTensor> parts =
            random.ints(1 + random.nextInt(5), 0, pool.size()).mapToObj(pool::get).toList();
        FloatTensor expected = FloatTensor.concat(parts, 1);
        assertThat(run(graph, new FloatParts(parts, expected.shape()))).isEqualTo(expected.data());
      }
    }
  }

  @Test
  void partsMustFillTheirShape() {
    assertThatThrownBy(() -> new FloatParts(List.of(row(1, 2)), Shape.of(1, 3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static FloatParts parts(FloatTensor... parts) {
    return FloatParts.ofRows(List.of(List.of(parts)));
  }

  private static FloatTensor row(float... values) {
    return FloatTensor.of(values, 1, values.length);
  }

  private static float[] run(OrtGraph graph, Tensor x) {
    return graph.run(Map.of("x", x), "y", new Cancellation()).data();
  }

  private OrtGraph identity(int type) throws IOException {
    OnnxFile file = OnnxFile.unary("Identity", type, -1, -1);
    return OrtGraph.open(file.writeTo(folder.resolve("model.onnx")), Device.cpu(1));
  }
}
