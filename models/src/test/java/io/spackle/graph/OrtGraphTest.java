package io.spackle.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spackle.onnx.OnnxFile;
import io.spackle.tensor.ByteTensor;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.LongTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OrtGraphTest {

  private static final Cancellation NEVER = new Cancellation();

  @TempDir private Path folder;

  @Test
  void declaredInputsAndOutputsAreThoseOfTheFile() {
    try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "unet", 1)) {
      assertThat(graph.inputs().values())
          .containsExactly(
              new TensorSpec("sample", ElementType.FLOAT32, List.of(-1L, 9L, -1L, -1L)),
              new TensorSpec("timestep", ElementType.FLOAT32, List.of()),
              new TensorSpec("encoder_hidden_states", ElementType.FLOAT32, List.of(-1L, -1L, 32L)));
      assertThat(graph.outputs()).containsOnlyKeys("out_sample");
    }
  }

  @Test
  void textEncoderRuns() {
    try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "text_encoder", 1)) {
      Map<String, FloatTensor> outputs = graph.run(Map.of("input_ids", Fixtures.ids()), NEVER);
      assertThat(outputs).containsOnlyKeys("last_hidden_state", "pooler_output");
      assertThat(outputs.get("last_hidden_state").shape()).isEqualTo(Shape.of(1, 77, 32));
      assertThat(outputs.get("last_hidden_state").isFinite()).isTrue();
    }
  }

  @Test
  void float16IsConverted() {
    Map<String, Tensor> inputs = Fixtures.unetInputs(7, 801, 1);
    try (Graph wide = Fixtures.open("tiny-sd15-inpaint", "unet", 1);
        Graph narrow = Fixtures.open("tiny-sd15-inpaint-fp16", "unet", 1)) {
      assertThat(narrow.inputs().get("sample").type()).isEqualTo(ElementType.FLOAT16);
      float[] expected = wide.run(inputs, NEVER).get("out_sample").data();
      float[] found = narrow.run(inputs, NEVER).get("out_sample").data();
      assertThat(found).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(0.03f));
      }
    }
  }

  /** Legacy exports declare 32-bit ids and an integer timestep of shape [1]. */
  @Test
  void legacyGraphsAcceptTheSameInputs() {
    try (Graph text = Fixtures.open("tiny-sd15-inpaint", "text_encoder", 1);
        Graph legacyText = Fixtures.open("tiny-sd15-inpaint-legacy", "text_encoder", 1);
        Graph unet = Fixtures.open("tiny-sd15-inpaint", "unet", 1);
        Graph legacyUnet = Fixtures.open("tiny-sd15-inpaint-legacy", "unet", 1)) {
      assertThat(legacyText.inputs().get("input_ids").type()).isEqualTo(ElementType.INT32);
      Map<String, Tensor> ids = Map.of("input_ids", Fixtures.ids());
      assertThat(legacyText.run(ids, NEVER).get("last_hidden_state").data())
          .containsExactly(text.run(ids, NEVER).get("last_hidden_state").data(), within(1e-5f));

      assertThat(legacyUnet.inputs().get("timestep"))
          .isEqualTo(new TensorSpec("timestep", ElementType.INT64, List.of(1L)));
      assertThat(legacyUnet.run(Fixtures.unetInputs(3, 799.2f, 1), NEVER).get("out_sample").data())
          .as("799.2 is truncated to 799")
          .containsExactly(
              unet.run(Fixtures.unetInputs(3, 799, 1), NEVER).get("out_sample").data(),
              within(1e-4f));
    }
  }

  @Test
  void everyElementTypeIsConverted() throws IOException {
    FloatTensor floats = FloatTensor.of(new float[] {0, 1, -2.75f}, 3);
    LongTensor longs = LongTensor.of(new long[] {0, 1, -3}, 3);
    ByteTensor bytes = ByteTensor.of(new byte[] {0, 1, (byte) 200}, 3);
    for (int type :
        new int[] {OnnxFile.FLOAT, OnnxFile.FLOAT16, OnnxFile.BFLOAT16, OnnxFile.DOUBLE}) {
      assertThat(identity(type, floats)).containsExactly(0, 1, -2.75f);
      assertThat(identity(type, longs)).containsExactly(0, 1, -3);
    }
    for (int type : new int[] {OnnxFile.INT32, OnnxFile.INT64}) {
      assertThat(identity(type, floats)).containsExactly(0, 1, -2);
      assertThat(identity(type, longs)).containsExactly(0, 1, -3);
    }
    assertThat(identity(OnnxFile.UINT8, bytes)).containsExactly(0, 1, 200);
    assertThat(identity(OnnxFile.BOOL, ByteTensor.of(new byte[] {0, 1, 1}, 3)))
        .containsExactly(0, 1, 1);
  }

  private float[] identity(int type, Tensor tensor) throws IOException {
    try (Graph graph = open(OnnxFile.unary("Identity", type, -1))) {
      return graph.run(Map.of("x", tensor), NEVER).get("y").data();
    }
  }

  @Test
  void scalarsAndTensorsOfOneElementAreInterchangeable() throws IOException {
    FloatTensor scalar = FloatTensor.of(new float[] {5});
    FloatTensor row = FloatTensor.of(new float[] {5}, 1);
    try (Graph scalarGraph = open(OnnxFile.unary("Identity", OnnxFile.FLOAT));
        Graph rowGraph = open(OnnxFile.unary("Identity", OnnxFile.FLOAT, 1))) {
      for (FloatTensor tensor : List.of(scalar, row)) {
        assertThat(scalarGraph.run(Map.of("x", tensor), NEVER).get("y").shape())
            .isEqualTo(Shape.of());
        assertThat(rowGraph.run(Map.of("x", tensor), NEVER).get("y").shape())
            .isEqualTo(Shape.of(1));
      }
    }
  }

  @Test
  void mismatchedInputsAreRejectedByName() {
    try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "text_encoder", 1)) {
      assertThatThrownBy(() -> graph.run(Map.of("ids", Fixtures.ids()), NEVER))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("text_encoder/model.onnx was given the inputs [ids], expected [input_ids]");
      LongTensor flat = LongTensor.of(new long[77], 77);
      assertThatThrownBy(() -> graph.run(Map.of("input_ids", flat), NEVER))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("input_ids has the shape [77], expected [-1, -1]");
      ByteTensor bytes = ByteTensor.of(new byte[77], 1, 77);
      assertThatThrownBy(() -> graph.run(Map.of("input_ids", bytes), NEVER))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("input_ids is a ByteTensor, expected elements for INT64");
    }
  }

  @Test
  void graphRemainsUsableAfterAFailedRun() {
    LongTensor outside = LongTensor.of(new long[] {999_999}, 1, 1);
    try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "text_encoder", 1)) {
      assertThatThrownBy(() -> graph.run(Map.of("input_ids", outside), NEVER))
          .isInstanceOfSatisfying(
              GraphException.class, e -> assertThat(e.kind()).isEqualTo(GraphException.Kind.FAILED))
          .hasMessageContaining("text_encoder/model.onnx: ");
      assertThat(graph.run(Map.of("input_ids", Fixtures.ids()), NEVER)).isNotEmpty();
    }
  }

  @Test
  void exhaustedMemoryIsReported() throws IOException {
    LongTensor petabyte = LongTensor.of(new long[] {1 << 24, 1 << 24}, 2);
    LongTensor little = LongTensor.of(new long[] {2, 3}, 2);
    try (Graph graph = open(OnnxFile.zerosOfShape(2))) {
      assertThatThrownBy(() -> graph.run(Map.of("x", petabyte), NEVER))
          .isInstanceOfSatisfying(
              GraphException.class,
              e -> assertThat(e.kind()).isEqualTo(GraphException.Kind.OUT_OF_MEMORY));
      assertThat(graph.run(Map.of("x", little), NEVER).get("y").data()).hasSize(6);
    }
  }

  @Test
  void anEndlessRunIsCancelledAndTheSessionRemainsUsable() throws Exception {
    Map<String, Tensor> endless = loop(Long.MAX_VALUE);
    Cancellation cancellation = new Cancellation();
    try (Graph graph = open(OnnxFile.loop(64))) {
      CompletableFuture<?> run = CompletableFuture.runAsync(() -> graph.run(endless, cancellation));
      Thread.sleep(300);
      assertThat(run).isNotDone();
      long start = System.nanoTime();
      cancellation.cancel();
      assertThatThrownBy(run::join)
          .hasCauseInstanceOf(CancellationException.class)
          .hasMessageContaining("model.onnx: the run was cancelled");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      assertThat(graph.run(loop(1), NEVER)).containsOnlyKeys("y");
    }
  }

  @Test
  void cancelledRunIsNotStarted() throws IOException {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    try (Graph graph = open(OnnxFile.loop(64))) {
      assertThatThrownBy(() -> graph.run(loop(Long.MAX_VALUE), cancellation))
          .isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void closeWaitsForRunsInProgress() throws Exception {
    Cancellation cancellation = new Cancellation();
    Graph graph = open(OnnxFile.loop(64));
    CompletableFuture<?> run =
        CompletableFuture.runAsync(() -> graph.run(loop(Long.MAX_VALUE), cancellation));
    Thread.sleep(200);
    CompletableFuture<?> close = CompletableFuture.runAsync(graph::close);
    Thread.sleep(200);
    assertThat(close).isNotDone();
    cancellation.cancel();
    close.get(1, TimeUnit.MINUTES);
    assertThatThrownBy(run::join).hasCauseInstanceOf(CancellationException.class);
  }

  @Test
  void runAfterCloseIsRejected() throws IOException {
    Graph graph = open(OnnxFile.unary("Identity", OnnxFile.FLOAT, -1));
    graph.close();
    graph.close();
    assertThatThrownBy(() -> graph.run(Map.of("x", FloatTensor.of(new float[1], 1)), NEVER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  /** Images must not depend on their batch, which requires bit-identical outputs. */
  @Test
  void outputsDoNotDependOnTheBatch() {
    for (int threads = 1; threads <= 2; threads++) {
      try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "unet", threads)) {
        Map<String, Tensor> batch = Fixtures.unetInputs(1, 500, 4);
        FloatTensor together = graph.run(batch, NEVER).get("out_sample");
        for (int row = 0; row < 4; row++) {
          Map<String, Tensor> alone = new HashMap<>(batch);
          alone.put("sample", item(batch.get("sample"), row));
          alone.put("encoder_hidden_states", item(batch.get("encoder_hidden_states"), row));
          assertThat(graph.run(alone, NEVER).get("out_sample").data())
              .isEqualTo(together.item(row).data());
        }
      }
    }
  }

  private static Tensor item(Tensor tensor, int row) {
    return ((FloatTensor) tensor).item(row);
  }

  @Test
  void concurrentRunsAreIndependent() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Graph graph = Fixtures.open("tiny-sd15-inpaint", "unet", 1)) {
      List<float[]> alone = new ArrayList<>();
      List<Callable<float[]>> together = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        // Batches of one and two reuse the same native input memory.
        Map<String, Tensor> inputs = Fixtures.unetInputs(i, 10 * i, 1 + i % 2);
        alone.add(graph.run(inputs, NEVER).get("out_sample").data());
        together.add(() -> graph.run(inputs, NEVER).get("out_sample").data());
      }
      List<Future<float[]>> results = threads.invokeAll(together);
      for (int i = 0; i < alone.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(alone.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void filesThatAreNotGraphsAreRejected() throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), "not a graph");
    assertThatThrownBy(() -> OrtGraph.open(file, Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContainingAll("model.onnx", "expected a graph that ONNX Runtime can run");
    assertThatThrownBy(() -> OrtGraph.open(folder.resolve("nothing.onnx"), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("nothing.onnx");
  }

  @Test
  void unsupportedElementTypesAreRejected() throws IOException {
    int string = 8;
    assertThatThrownBy(() -> open(OnnxFile.unary("Identity", string, -1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContainingAll("x is", "STRING", "expected a tensor of");
  }

  @Test
  void externalTensorsAreRead() throws IOException {
    OnnxFile.withExternalTensor("w.bin").writeTo(folder.resolve("m/model.onnx"));
    Files.write(folder.resolve("m/w.bin"), new byte[] {0, 0, -128, 63, 0, 0, 0, 64}); // 1, 2
    try (Graph graph = OrtGraph.open(folder.resolve("m/model.onnx"), Device.cpu(1))) {
      FloatTensor tens = FloatTensor.of(new float[] {10, 10}, 2);
      assertThat(graph.run(Map.of("x", tens), NEVER).get("y").data()).containsExactly(11, 12);
    }
  }

  private static Map<String, Tensor> loop(long trips) {
    return Map.of(
        "trips", LongTensor.of(new long[] {trips}), "x", FloatTensor.zeros(Shape.of(64, 64)));
  }

  private OrtGraph open(OnnxFile file) throws IOException {
    return OrtGraph.open(file.writeTo(folder.resolve("model.onnx")), Device.cpu(1));
  }
}
