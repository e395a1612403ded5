package io.spackle.onnx;

import static io.spackle.onnx.OnnxFile.externalTensor;
import static io.spackle.onnx.OnnxFile.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.golden.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalDataTest {

  @TempDir private Path folder;

  @Test
  void tensorsAreFoundInEveryMessage() throws IOException {
    OnnxFile tensorAttribute = message().text(1, "value").part(5, externalTensor("in-attribute"));
    OnnxFile subgraph = message().part(5, externalTensor("in-subgraph"));
    OnnxFile branch = message().text(1, "then_branch").part(6, subgraph);
    OnnxFile lists =
        message()
            .part(10, externalTensor("in-tensors"))
            .part(11, message().part(5, externalTensor("in-graphs")))
            .part(22, message().part(1, externalTensor("in-sparse-attribute")))
            .part(23, message().part(2, externalTensor("in-sparse-attributes")));
    OnnxFile node = message().part(5, tensorAttribute).part(5, branch).part(5, lists);
    OnnxFile graph =
        message()
            .part(1, node)
            .part(5, externalTensor("in-graph"))
            .part(5, externalTensor("in-graph"))
            .part(15, message().part(1, externalTensor("in-sparse")));
    OnnxFile model =
        OnnxFile.model(graph)
            .part(20, message().part(1, message().part(5, externalTensor("in-training"))))
            .part(
                25,
                message()
                    .part(7, message().part(5, message().part(5, externalTensor("in-function")))))
            .part(25, message().part(11, message().part(5, externalTensor("in-default"))));

    assertThat(ExternalData.locations(model.writeTo(folder.resolve("model.onnx"))))
        .containsExactly(
            "in-attribute",
            "in-default",
            "in-function",
            "in-graph",
            "in-graphs",
            "in-sparse",
            "in-sparse-attribute",
            "in-sparse-attributes",
            "in-subgraph",
            "in-tensors",
            "in-training");
  }

  @Test
  void bundlesWithoutExternalTensorsHaveNoLocations() throws IOException {
    assertThat(ExternalData.locations(Goldens.bundle("tiny-sd15/unet/model.onnx"))).isEmpty();
  }

  @Test
  void invalidMessagesAreRejected() throws IOException {
    byte[] complete = OnnxFile.withExternalTensor("w.bin").bytes();
    Path truncated =
        Files.write(
            folder.resolve("truncated"), java.util.Arrays.copyOf(complete, complete.length / 2));
    assertThatThrownBy(() -> ExternalData.locations(truncated)).isInstanceOf(IOException.class);
    Path text = Files.writeString(folder.resolve("text"), "<html>not found</html>");
    assertThatThrownBy(() -> ExternalData.locations(text)).isInstanceOf(IOException.class);
  }

  @Test
  void deepNestingIsRejected() throws IOException {
    OnnxFile graph = message();
    for (int depth = 0; depth < 2000; depth++) {
      graph = message().part(1, message().part(5, message().part(6, graph)));
    }
    Path file = OnnxFile.model(graph).writeTo(folder.resolve("model.onnx"));
    assertThatThrownBy(() -> ExternalData.locations(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nest deeper than 100");
  }
}
