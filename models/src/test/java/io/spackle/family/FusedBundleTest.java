package io.spackle.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.PreparedBundle;
import io.spackle.golden.Goldens;
import io.spackle.golden.Npy;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.Graph;
import io.spackle.graph.GraphOptimizer;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.OrtGraph;
import io.spackle.tensor.FloatTensor;
import io.spackle.tensor.Shape;
import io.spackle.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs whose operators were fused by {@code models/export/fuse.py}. */
class FusedBundleTest {

  private static final Path UNET = Goldens.ownFile("fused/unet.onnx");

  @TempDir private Path temp;

  @Test
  void computesWhatTheExportComputes() {
    Map<String, Tensor> inputs =
        Map.of(
            "sample", tensor("sample"),
            "encoder_hidden_states", tensor("encoder_hidden_states"),
            "timestep", new FloatTensor(new float[] {981}, Shape.of()));
    try (Graph unet = OrtGraph.open(UNET, Device.cpu(1))) {
      float[] output = unet.run(inputs, new Cancellation()).get("out_sample").data();
      float[] expected = tensor("expected").data();
      assertThat(output).hasSameSizeAs(expected);
      for (int i = 0; i < output.length; i++) {
        assertThat(output[i]).isCloseTo(expected[i], within(1e-4f));
      }
    }
  }

  @Test
  void aFusedModelLoadsLikeAnyOtherAndCanBePrepared() throws IOException {
    Path fused = temp.resolve("fused");
    Goldens.copyBundle("tiny-sd15-inpaint", fused);
    Files.copy(UNET, fused.resolve("unet/model.onnx"), StandardCopyOption.REPLACE_EXISTING);
    PreparedBundle.write(
        fused, temp.resolve("prepared"), Optional.of(GraphOptimizer.of(Device.cpu(0))));

    try (Inpainter model = open(fused);
        Inpainter prepared = open(temp.resolve("prepared"))) {
      assertThat(model.batchesAnySteps()).isTrue();
      InpaintInput input = Samples.input("a cat", 1);
      assertThat(Samples.inpaint(prepared, input).image().pixels())
          .isEqualTo(Samples.inpaint(model, input).image().pixels());
    }
  }

  @Test
  void anOperatorThatTheDeviceLacksIsNamed() {
    assertThatThrownBy(() -> OrtGraph.open(Goldens.ownFile("fused/cuda-only.onnx"), Device.cpu(1)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(
            "the device has no operator GroupNorm, which is fused for CUDA: run the model on CUDA,"
                + " or fuse the export with --device cpu");
  }

  @Test
  void preparingForTheCpuNamesTheOperatorToo() {
    Path graph = Goldens.ownFile("fused/cuda-only.onnx");
    assertThatThrownBy(
            () ->
                GraphOptimizer.of(Device.cpu(0))
                    .save(graph, Optional.empty(), temp.resolve("model.onnx")))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("the device has no operator GroupNorm, which is fused for CUDA");
  }

  private static Inpainter open(Path folder) {
    return Families.open(ModelBundle.open(folder), Device.cpu(1));
  }

  private static FloatTensor tensor(String name) {
    return Npy.read(Goldens.ownFile("fused/" + name + ".npy"));
  }
}
