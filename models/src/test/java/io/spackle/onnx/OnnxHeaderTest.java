package io.spackle.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.golden.Goldens;
import io.spackle.graph.Device;
import io.spackle.graph.OrtGraph;
import io.spackle.graph.TensorSpec;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxHeaderTest {

  @TempDir private Path folder;

  static Stream<Path> graphs() throws IOException {
    try (Stream<Path> files = Files.walk(Goldens.bundle("."))) {
      return files.filter(file -> file.endsWith("model.onnx")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("graphs")
  void headerEqualsTheLoadedGraph(Path file) throws IOException {
    OnnxHeader header = OnnxHeader.read(file);
    try (OrtGraph graph = OrtGraph.open(file, Device.cpu(1))) {
      assertThat(header.inputs()).isEqualTo(graph.inputs().values().stream().toList());
      assertThat(header.outputs()).isEqualTo(graph.outputs().values().stream().toList());
    }
  }

  /** On a driver that lacks it, only the executors can tell how to bring it. */
  @Test
  void headersAreReadWithoutOnnxRuntime() throws Exception {
    Path graph = graphs().findFirst().orElseThrow();
    try (WithoutOnnxRuntime classes = new WithoutOnnxRuntime()) {
      Object header =
          classes.load(OnnxHeader.class).getMethod("read", Path.class).invoke(null, graph);
      assertThat(header.toString()).isEqualTo(OnnxHeader.read(graph).toString());
      assertThatThrownBy(() -> classes.load(OrtGraph.class).getDeclaredMethods())
          .isInstanceOf(NoClassDefFoundError.class);
    }
  }

  /** Loads the classes of this module again, and none of ONNX Runtime. */
  private static final class WithoutOnnxRuntime extends URLClassLoader {

    WithoutOnnxRuntime() {
      super(new URL[] {OnnxHeader.class.getProtectionDomain().getCodeSource().getLocation()});
    }

    Class<?> load(Class<?> type) throws ClassNotFoundException {
      return loadClass(type.getName());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("ai.onnxruntime.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("io.spackle.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }

  @Test
  void inputsWithInitializersAreOmitted() throws IOException {
    OnnxFile weight = OnnxFile.message().number(1, 2).number(2, OnnxFile.FLOAT).text(8, "w");
    OnnxFile graph =
        OnnxFile.message().part(11, value("x", 1)).part(11, value("w", 1)).part(5, weight);
    assertThat(read(graph).inputs()).extracting(TensorSpec::name).containsExactly("x");
  }

  @Test
  void unsupportedTypesAreRejected() {
    int text = 8;
    OnnxFile graph = OnnxFile.message().part(11, value("words", text));
    assertThatThrownBy(() -> read(graph))
        .isInstanceOf(IOException.class)
        .hasMessage("words has the ONNX type 8, which is not supported");
  }

  private OnnxHeader read(OnnxFile graph) throws IOException {
    return OnnxHeader.read(OnnxFile.model(graph).writeTo(folder.resolve("model.onnx")));
  }

  private static OnnxFile value(String name, int type) {
    OnnxFile tensor = OnnxFile.message().number(1, type);
    return OnnxFile.message().text(1, name).part(2, OnnxFile.message().part(1, tensor));
  }
}
