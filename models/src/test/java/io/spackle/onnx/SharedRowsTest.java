package io.spackle.onnx;

import static io.spackle.onnx.OnnxFile.FLOAT;
import static io.spackle.onnx.OnnxFile.floats;
import static io.spackle.onnx.OnnxFile.integers;
import static io.spackle.onnx.OnnxFile.message;
import static io.spackle.onnx.OnnxFile.node;
import static io.spackle.onnx.OnnxFile.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.golden.Goldens;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.graph.OrtGraph;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import io.spackle.tensor.TorchNoise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedRowsTest {

  private static final long[] INDEX = {1, 0, 1, 1, 2};
  private static final int SAMPLES = 3;

  /**
   * With heads in an axis of their own, and in that of the batch, and fused. In float16 a gathered
   * value is rounded, which the CPU otherwise leaves out between some operators.
   */
  @ParameterizedTest
  @CsvSource({
    "tiny-sd15, 0",
    "tiny-sd15-inpaint, 0",
    "tiny-sd15-inpaint-fp16, 0.005",
    "tiny-sd15-inpaint-legacy, 0",
    "spackle-small, 0",
    "fused, 0"
  })
  void rowsAreWhatTheyAreWithASampleOfTheirOwn(String bundle, float tolerance) throws IOException {
    Path file = unet(bundle);
    try (Graph original = OrtGraph.open(file, Device.cpu(1));
        Graph shared = OrtGraph.open(file, UnetCopy.of(file).orElseThrow(), Device.cpu(1))) {
      FloatTensor samples = noise(original, "sample", SAMPLES);
      FloatTensor prompts = noise(original, "encoder_hidden_states", INDEX.length);
      FloatTensor timesteps = FloatTensor.of(new float[] {981, 1, 500}, SAMPLES);

      FloatTensor rows =
          run(
              shared,
              Map.of(
                  "sample", samples,
                  "timestep", timesteps,
                  "encoder_hidden_states", prompts,
                  "sample_index", LongTensor.of(INDEX, INDEX.length)));

      for (int row = 0; row < INDEX.length; row++) {
        int sample = (int) INDEX[row];
        FloatTensor alone =
            run(
                original,
                Map.of(
                    "sample", samples.item(sample),
                    "timestep", timesteps.item(sample),
                    "encoder_hidden_states", prompts.item(row)));
        assertThat(rows.item(row).data())
            .as("row %d", row)
            .containsExactly(alone.data(), within(tolerance));
      }
    }
  }

  /** Its nodes are not repeated for each row, and only what comes from it is gathered. */
  @ParameterizedTest
  @ValueSource(strings = {"tiny-sd15", "spackle-small"})
  void allUpToTheFirstCrossAttentionIsShared(String bundle) throws IOException {
    Path file = unet(bundle);
    OnnxGraph original = graph(file);
    OnnxGraph shared = OnnxGraph.of(UnetCopy.of(file).orElseThrow());
    for (String operator : List.of("Conv", "InstanceNormalization", "Softmax")) {
      assertThat(count(shared, operator)).as(operator).isEqualTo(count(original, operator));
    }
    assertThat(gathered(shared, "sample_index"))
        .filteredOn(value -> value.contains("transformer_blocks"))
        .allMatch(value -> value.contains("attentions.0/transformer_blocks.0/"))
        .anyMatch(value -> value.contains("attn2/"));
  }

  private static long count(OnnxGraph graph, String operator) {
    return graph.nodes().stream().filter(node -> node.is(operator)).count();
  }

  private static Set<String> gathered(OnnxGraph shared, String index) {
    return shared.nodes().stream()
        .filter(node -> node.is("Gather") && node.input(1).equals(index))
        .map(node -> node.input(0))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-sdxl-inpaint", // its timestep is embedded together with the prompt
        "tiny-catvton", // has no prompt
        "idle-sd15-inpaint" // does not use it
      })
  void unetsThatAreGuidedFromTheStartStayAsTheyAre(String bundle) throws IOException {
    OnnxGraph graph = graph(unet(bundle));
    assertThat(shared(BatchedInput.of(graph, "timestep").orElse(graph))).isEmpty();
  }

  @Test
  void aCopyIsNotChangedAgain() throws IOException {
    OnnxGraph copy = OnnxGraph.of(UnetCopy.of(unet("tiny-sd15")).orElseThrow());
    assertThat(shared(copy)).isEmpty();
  }

  @Test
  void whatIsNotKnownToKeepTheBatchIsComputedForEachRow() throws IOException {
    assertShares("an unknown operator", Set.of("sample"), node("Abs", "sample", "v"));
    assertShares(
        "the batch at the end, and back",
        Set.of("sample"),
        node("Transpose", "sample", "t"),
        node("Transpose", "t", "v"));
    assertShares(
        "the batch and other values in one axis",
        Set.of("sample"),
        node("Reshape", "sample", "t", "vectors"),
        node("Reshape", "t", "v", "matrices"));
    assertShares(
        "a size of the batch",
        Set.of("v"),
        node("Shape", "sample", "s"),
        node("Reshape", "sample", "v", "s"));
    assertShares("a kept axis", Set.of("v"), node("Reshape", "sample", "v", "kept"));
    assertShares(
        "an output that is left out",
        Set.of("v"),
        message()
            .text(1, "sample")
            .text(1, "weights")
            .text(2, "v")
            .text(2, "")
            .text(2, "deviation")
            .text(4, "LayerNormalization"));
    assertShares("a sum", Set.of("v"), node("Abs", "sample", "t"), node("Add", "t", "v", "sample"));
  }

  /**
   * {@code y = clip(v * p + reshape(p, shape(v)))}, without limits, where nodes make v of the
   * sample, which has the same shape.
   */
  private static void assertShares(String what, Set<String> gathered, OnnxFile... nodes)
      throws IOException {
    OnnxFile graph = message().text(2, "g");
    for (OnnxFile node : nodes) {
      graph.part(1, node);
    }
    byte[] model =
        OnnxFile.model(
                graph
                    .part(1, node("Shape", "v", "size"))
                    .part(1, node("Mul", "v", "product", "p"))
                    .part(1, node("Reshape", "p", "again", "size"))
                    .part(1, node("Add", "product", "sum", "again"))
                    .part(1, node("Clip", "sum", "y", ""))
                    .part(5, floats("weights", 1, 2))
                    .part(5, integers("kept", 0, 2, 2))
                    .part(5, integers("vectors", -1, 2))
                    .part(5, integers("matrices", -1, 2, 2))
                    .part(11, value("sample", FLOAT, -1, 2, 2))
                    .part(11, value("p", FLOAT, -1, 2, 2))
                    .part(12, value("y", FLOAT, -1, 2, 2)))
            .bytes();
    OnnxGraph shared =
        SharedRows.of(OnnxGraph.of(ByteBuffer.wrap(model)), List.of("sample"), "p", "index")
            .orElseThrow();
    FloatTensor samples = noise(Shape.of(SAMPLES, 2, 2));
    FloatTensor prompts = noise(Shape.of(INDEX.length, 2, 2));
    try (Graph original = OrtGraph.open("original", model, Device.cpu(1));
        Graph copy = OrtGraph.open("copy", bytes(shared), Device.cpu(1))) {
      FloatTensor rows =
          copy.run(
              Map.of(
                  "sample", samples,
                  "p", prompts,
                  "index", LongTensor.of(INDEX, INDEX.length)),
              "y",
              new Cancellation());
      FloatTensor expected =
          original.run(
              Map.of(
                  "sample",
                  FloatTensor.concatBatch(
                      LongStream.of(INDEX).mapToObj(i -> samples.item((int) i)).toList()),
                  "p",
                  prompts),
              "y",
              new Cancellation());
      assertThat(rows.data()).as(what).isEqualTo(expected.data());
    }
    assertThat(gathered(shared, "index")).as(what).isEqualTo(gathered);
  }

  @Test
  void graphsOfAFixedNumberOfRowsStayAsTheyAre() throws IOException {
    OnnxFile fixed =
        OnnxFile.model(
            message()
                .text(2, "g")
                .part(1, node("Add", "sample", "y", "p"))
                .part(11, value("sample", FLOAT, 2, 4))
                .part(11, value("p", FLOAT, 2, 4))
                .part(12, value("y", FLOAT, 2, 4)));
    assertThat(
            SharedRows.of(
                OnnxGraph.of(ByteBuffer.wrap(fixed.bytes())), List.of("sample"), "p", "index"))
        .isEmpty();
  }

  private static Optional<OnnxGraph> shared(OnnxGraph unet) throws IOException {
    return SharedRows.of(
        unet, List.of("sample", "timestep"), "encoder_hidden_states", "sample_index");
  }

  private static Path unet(String name) {
    return name.equals("fused")
        ? Goldens.ownFile("fused/unet.onnx")
        : Goldens.bundle(name).resolve("unet/model.onnx");
  }

  private static OnnxGraph graph(Path file) throws IOException {
    return OnnxGraph.of(ByteBuffer.wrap(Files.readAllBytes(file)));
  }

  private static byte[] bytes(OnnxGraph graph) {
    ByteBuffer direct = graph.bytes();
    byte[] bytes = new byte[direct.remaining()];
    direct.get(bytes);
    return bytes;
  }

  /** Random values for an input, eight along each axis of any length. */
  private static FloatTensor noise(Graph graph, String input, int rows) {
    int[] axes =
        graph.inputs().get(input).axes().stream()
            .mapToInt(axis -> axis < 0 ? 8 : axis.intValue())
            .toArray();
    axes[0] = rows;
    return noise(Shape.of(axes));
  }

  private static FloatTensor noise(Shape shape) {
    return new FloatTensor(TorchNoise.seeded(7).next(shape.size()), shape);
  }

  private static FloatTensor run(Graph graph, Map<String, Tensor> inputs) {
    return graph.run(inputs, "out_sample", new Cancellation());
  }
}
