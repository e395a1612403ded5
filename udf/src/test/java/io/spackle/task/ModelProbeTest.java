package io.spackle.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModelProbeTest {

  @Test
  void theOptionThatBringsAMissingOnnxRuntimeIsNamedWithTheVersionOfTheBuild() throws IOException {
    assertThat(ModelProbe.reason(new NoClassDefFoundError("ai/onnxruntime/OrtException")))
        .startsWith("ONNX Runtime is not on the class path")
        .contains("--packages com.microsoft.onnxruntime:onnxruntime:" + ModelProbe.ONNX_RUNTIME)
        .contains("com.microsoft.onnxruntime:onnxruntime_gpu:" + ModelProbe.ONNX_RUNTIME);
    assertThat(Files.readString(Path.of("..", "pom.xml")))
        .contains("<onnxruntime.version>" + ModelProbe.ONNX_RUNTIME + "</onnxruntime.version>");
  }

  @Test
  void otherFailuresAreNamedAsTheyAre() {
    assertThat(ModelProbe.reason(new IllegalStateException("no such device")))
        .isEqualTo("no such device");
    assertThat(ModelProbe.reason(new NoClassDefFoundError("com/example/Other")))
        .isEqualTo("com/example/Other");
  }
}
