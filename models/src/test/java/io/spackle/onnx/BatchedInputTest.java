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
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchedInputTest {

  private static final int ROWS = 3;

  private static final byte[] ONE_AND_TWO = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40}; // float32

  @TempDir private Path folder;

  /** Scalars of 32 and 16 bits, and a legacy export with the shape (1). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-sd15",
        "tiny-sd15-inpaint",
        "tiny-sd15-inpaint-fp16",
        "tiny-sd15-inpaint-legacy",
        "tiny-sdxl-inpaint",
        "tiny-catvton"
      })
  void rowsWithTimestepsOfTheirOwnAreWhatTheOriginalGivesForEach(String bundle) throws IOException {
    Path file = Goldens.bundle(bundle).resolve("unet/model.onnx");
    ByteBuffer copy = batched(file, "timestep").orElseThrow();
    try (Graph original = OrtGraph.open(file, Device.cpu(1));
        Graph batched = OrtGraph.open(file, copy, Device.cpu(1))) {
      assertThat(batched.inputs().get("timestep"))
          .isEqualTo(
              new TensorSpec("timestep", original.inputs().get("timestep").type(), List.of(-1L)));
      List<Float> timesteps = List.of(981f, 1f, 500f);

      FloatTensor together = run(batched, inputs(original, timesteps, 0, ROWS));

      for (int row = 0; row < ROWS; row++) {
        FloatTensor alone =
            run(original, inputs(original, timesteps.subList(row, row + 1), row, 1));
        assertThat(together.item(row).data()).as("row %d", row).isEqualTo(alone.data());
      }
    }
  }

  private static Map<String, Tensor> inputs(
      Graph graph, List<Float> timesteps, int first, int rows) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (TensorSpec spec : graph.inputs().values()) {
      if (spec.name().equals("timestep")) {
        float[] values = new float[rows];
        for (int i = 0; i < rows; i++) {
          values[i] = timesteps.get(i);
        }
        inputs.put("timestep", FloatTensor.of(values, rows));
      } else {
        inputs.put(spec.name(), noise(spec, first, rows));
      }
    }
    return inputs;
  }

  /** Some rows of a tensor with eight values along each axis of any length. */
  private static FloatTensor noise(TensorSpec spec, int first, int rows) {
    int[] axes = spec.axes().stream().mapToInt(axis -> axis < 0 ? 8 : axis.intValue()).toArray();
    axes[0] = ROWS;
    Shape shape = Shape.of(axes);
    FloatTensor all = new FloatTensor(TorchNoise.seeded(7).next(shape.size()), shape);
    List<FloatTensor> taken = IntStream.range(first, first + rows).mapToObj(all::item).toList();
    return FloatTensor.concatBatch(taken);
  }

  private static FloatTensor run(Graph graph, Map<String, Tensor> inputs) {
    return graph.run(inputs, new Cancellation()).get("out_sample");
  }

  @Test
  void inputsWithAValueForEachRowStayAsTheyAre() throws IOException {
    Path flux = Goldens.bundle("tiny-flux-fill").resolve("transformer/model.onnx");
    assertThat(batched(flux, "timestep")).isEmpty();
  }

  @Test
  void graphsThatComputeWithTheOneValueStayAsTheyAre() throws IOException {
    assertThat(
            copy(
                expanding(
                    OnnxFile.node("Sin", "t", "s"), OnnxFile.node("Unsqueeze", "s", "u", "axes"))))
        .as("sine of the scalar")
        .isEmpty();
    assertThat(
            copy(
                expanding(
                    OnnxFile.node("Unsqueeze", "t", "u", "axes"), OnnxFile.node("Sin", "u", "s"))))
        .as("sine of the vector")
        .isEmpty();
    assertThat(copy(expanding(OnnxFile.node("Unsqueeze", "t", "u", "two"))))
        .as("a matrix of one value")
        .isEmpty();
    assertThat(copy(OnnxFile.loop(4))).as("a loop may use any value").isEmpty();
    assertThat(copy(OnnxFile.unary("Sin", OnnxFile.FLOAT))).as("no such input").isEmpty();
  }

  @Test
  void tensorsInOtherFilesAreFoundNextToTheOriginal() throws IOException {
    Path file =
        expanding(OnnxFile.node("Unsqueeze", "t", "u", "axes"))
            .writeTo(folder.resolve("unet/model.onnx"));
    Files.write(folder.resolve("unet/weights"), ONE_AND_TWO);
    ByteBuffer copy = batched(file, "t").orElseThrow();
    try (Graph graph = OrtGraph.open(file, copy, Device.cpu(1))) {
      FloatTensor sum =
          graph
              .run(
                  Map.of(
                      "t",
                      FloatTensor.of(new float[] {5, 6}, 2),
                      "shape",
                      LongTensor.of(new long[] {2}, 1)),
                  new Cancellation())
              .get("y");
      assertThat(sum.data()).containsExactly(6, 8);
    }
  }

  private Optional<ByteBuffer> copy(OnnxFile model) throws IOException {
    return batched(model.writeTo(folder.resolve("model.onnx")), "t");
  }

  private static Optional<ByteBuffer> batched(Path file, String input) throws IOException {
    OnnxGraph graph = OnnxGraph.of(ByteBuffer.wrap(Files.readAllBytes(file)));
    return BatchedInput.of(graph, input).map(OnnxGraph::bytes);
  }

  /** {@code y = expand(u, shape) + w}, with w in another file; nodes make u of the scalar t. */
  private static OnnxFile expanding(OnnxFile... nodes) {
    OnnxFile graph = OnnxFile.message().text(2, "g");
    for (OnnxFile node : nodes) {
      graph.part(1, node);
    }
    return OnnxFile.model(
        graph
            .part(1, OnnxFile.node("Expand", "u", "e", "shape"))
            .part(1, OnnxFile.node("Add", "e", "y", "w"))
            .part(5, OnnxFile.integers("axes", 0))
            .part(5, OnnxFile.integers("two", 0, 1))
            .part(5, OnnxFile.externalTensor("weights"))
            .part(11, OnnxFile.value("t", OnnxFile.FLOAT))
            .part(11, OnnxFile.value("shape", OnnxFile.INT64, 1))
            .part(12, OnnxFile.value("y", OnnxFile.FLOAT, -1)));
  }
}
