package io.spackle.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.graph.OrtGraph;
import io.spackle.graph.TensorSpec;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transformer of random weights is called like an export of Flux, and is as sensitive. */
class RandomFluxTest {

  private static final int TOKENS = 6;
  private static final int TEXT_TOKENS = 5;

  @TempDir private static Path temp;
  private static Graph graph;

  @BeforeAll
  static void open() throws IOException {
    graph = open("full", false);
  }

  @AfterAll
  static void close() {
    graph.close();
  }

  private static Graph open(String name, boolean half) throws IOException {
    Path file = temp.resolve(name).resolve("model.onnx");
    RandomFlux.write(file, RandomFlux.Size.TINY, half);
    return OrtGraph.open(file, Device.cpu(1));
  }

  @Test
  void itsInputsAndOutputsAreThoseOfAnExport() {
    Path export = Goldens.bundle("tiny-flux-fill").resolve("transformer/model.onnx");
    try (Graph exported = OrtGraph.open(export, Device.cpu(1))) {
      assertThat(graph.inputs().values())
          .containsExactlyInAnyOrderElementsOf(exported.inputs().values());
      assertThat(graph.outputs()).isEqualTo(exported.outputs());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden_states",
        "encoder_hidden_states",
        "pooled_projections",
        "timestep",
        "guidance",
        "img_ids",
        "txt_ids"
      })
  void eachInputCounts(String name) {
    Map<String, Tensor> others = inputs(1, 1);
    others.put(name, inputs(1, 2).get(name));

    FloatTensor output = run(graph, inputs(1, 1));

    assertThat(output.isFinite()).isTrue();
    assertThat(run(graph, others).isFinite()).isTrue();
    assertThat(largestDifference(run(graph, others), output)).isGreaterThan(0.01);
  }

  @Test
  void rowsOfABatchAreWhatEachGivesAlone() {
    Map<String, Tensor> both = inputs(2, 1);
    FloatTensor together = run(graph, both);
    for (int row = 0; row < 2; row++) {
      Map<String, Tensor> alone = new HashMap<>(both);
      int index = row;
      alone.replaceAll(
          (name, tensor) -> tensor instanceof FloatTensor rows ? rows.item(index) : tensor);
      assertThat(largestDifference(together.item(row), run(graph, alone))).isLessThan(1e-5);
    }
  }

  /** Tokens are told apart by their positions alone. */
  @Test
  void tokensInAnotherOrderGiveTheSameInThatOrder() {
    Map<String, Tensor> inputs = inputs(1, 1);
    FloatTensor output = run(graph, inputs);
    inputs.put("hidden_states", reversed((FloatTensor) inputs.get("hidden_states")));
    long[] positions = ((LongTensor) inputs.get("img_ids")).data();
    long[] reversed = new long[positions.length];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = positions[(TOKENS - 1 - i / 3) * 3 + i % 3];
    }
    inputs.put("img_ids", LongTensor.of(reversed, TOKENS, 3));
    assertThat(largestDifference(run(graph, inputs), reversed(output))).isLessThan(1e-5);
  }

  @Test
  void inFloat16ItComputesNearlyTheSame() throws IOException {
    FloatTensor output = run(graph, inputs(2, 1));
    try (Graph half = open("half", true)) {
      assertThat(largestDifference(run(half, inputs(2, 1)), output)).isLessThan(0.05);
    }
  }

  private static FloatTensor run(Graph graph, Map<String, Tensor> inputs) {
    return graph.run(inputs, "out_hidden_states", new Cancellation());
  }

  private static Map<String, Tensor> inputs(int rows, int seed) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (TensorSpec spec : graph.inputs().values()) {
      List<Long> axes = spec.axes();
      int[] lengths = axes.stream().mapToInt(Long::intValue).toArray();
      if (spec.name().endsWith("_ids")) {
        lengths[0] = spec.name().equals("img_ids") ? TOKENS : TEXT_TOKENS;
        long[] positions = new Random(seed).longs(lengths[0] * 3L, 0, 64).toArray();
        inputs.put(spec.name(), LongTensor.of(positions, lengths));
      } else {
        lengths[0] = rows;
        if (lengths.length == 3) {
          lengths[1] = spec.name().equals("hidden_states") ? TOKENS : TEXT_TOKENS;
        }
        Shape shape = Shape.of(lengths);
        inputs.put(spec.name(), new FloatTensor(TorchNoise.seeded(seed).next(shape.size()), shape));
      }
    }
    return inputs;
  }

  /** The rows of a tensor (1, tokens, n) from the last to the first. */
  private static FloatTensor reversed(FloatTensor tensor) {
    int width = tensor.shape().axis(2);
    float[] values = new float[tensor.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.data()[(TOKENS - 1 - i / width) * width + i % width];
    }
    return new FloatTensor(values, tensor.shape());
  }

  private static double largestDifference(FloatTensor found, FloatTensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    double largest = 0;
    for (int i = 0; i < found.data().length; i++) {
      largest = Math.max(largest, Math.abs(found.data()[i] - expected.data()[i]));
    }
    return largest;
  }
}
