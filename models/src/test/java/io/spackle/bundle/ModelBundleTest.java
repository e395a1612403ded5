package io.spackle.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.golden.Goldens;
import io.spackle.graph.Device;
import io.spackle.graph.InvalidModelException;
import io.spackle.graph.TensorSpec;
import io.spackle.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelBundleTest {

  private static final Device CPU = Device.cpu(0);
  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1719382\n";

  @TempDir private Path temp;
  private Path folder;

  @BeforeEach
  void writeASmallBundle() throws IOException {
    folder = temp.resolve("small");
    write("model_index.json", "{\"_class_name\": \"StableDiffusionInpaintPipeline\"}");
    write("scheduler/scheduler_config.json", "{\"steps_offset\": 1}");
    write("vae_decoder/config.json", "{\"scaling_factor\": 0.5}");
    graph().writeTo(folder.resolve("vae_decoder/model.onnx"));
    graph().writeTo(folder.resolve("unet/model.onnx"));
  }

  @Test
  void contentOfABundleIsAccessible() {
    ModelBundle bundle = ModelBundle.open(folder);
    assertThat(bundle.name()).isEqualTo("small");
    assertThat(bundle.className()).contains("StableDiffusionInpaintPipeline");
    assertThat(bundle.index().has("requires_aesthetics_score")).isFalse();
    assertThat(bundle.config("scheduler").orElseThrow().get("steps_offset").asInt()).isEqualTo(1);
    assertThat(bundle.config("vae_decoder").orElseThrow().get("scaling_factor").asDouble())
        .isEqualTo(0.5);
    assertThat(bundle.config("unet")).isEmpty();
    assertThat(bundle.has("unet")).isTrue();
    assertThat(bundle.has("vae_encoder")).isFalse();
    assertThat(bundle.graph("unet", CPU)).isEqualTo(folder.resolve("unet/model.onnx"));
    assertThat(bundle.folder("tokenizer")).isEqualTo(folder.resolve("tokenizer"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-sd15",
        "tiny-sd15-inpaint",
        "tiny-sd15-inpaint-fp16",
        "tiny-sd15-inpaint-legacy",
        "tiny-sdxl-inpaint",
        "tiny-flux-fill"
      })
  void everyTestBundleOpens(String name) {
    ModelBundle bundle = ModelBundle.open(Goldens.bundle(name));
    assertThat(bundle.name()).isEqualTo(name);
    assertThat(bundle.has("text_encoder")).isTrue();
    assertThat(bundle.config("unet").isPresent() || bundle.config("transformer").isPresent())
        .isEqualTo(!name.endsWith("legacy"));
  }

  @Test
  void missingGraphsAreListed() throws IOException {
    write("vae_encoder/diffusion_pytorch_model.safetensors", "weights");
    ModelBundle bundle = ModelBundle.open(folder);
    assertThatThrownBy(() -> bundle.require(List.of("unet", "vae_encoder", "text_encoder")))
        .asInstanceOf(InstanceOfAssertFactories.type(InvalidModelException.class))
        .extracting(InvalidModelException::problems, InstanceOfAssertFactories.list(String.class))
        .satisfiesExactly(
            problem ->
                assertThat(problem)
                    .startsWith("vae_encoder/model.onnx: not found")
                    .contains("diffusion_pytorch_model.safetensors", "optimum-cli export onnx"),
            problem -> assertThat(problem).startsWith("text_encoder/model.onnx: not found"));
    assertThatThrownBy(() -> bundle.graph("vae_encoder", CPU))
        .isInstanceOf(InvalidModelException.class);
  }

  @Test
  void pathsThatAreNotModelFoldersAreRejected() throws IOException {
    problemsOf(temp.resolve("nowhere"))
        .singleElement()
        .asString()
        .startsWith("not found, expected a folder");
    problemsOf(folder.resolve("model_index.json"))
        .singleElement()
        .asString()
        .startsWith("is a file, expected");
    problemsOf(Files.createDirectory(temp.resolve("empty")))
        .singleElement()
        .asString()
        .startsWith("is empty");
  }

  @Test
  void allProblemsAreListedTogether() throws IOException {
    write("model_index.json", "{\"_class_name\": ");
    Files.delete(folder.resolve("scheduler/scheduler_config.json"));
    write("vae_decoder/config.json", "[1]");
    write("vae_encoder/config.json", POINTER);
    write("unet/model.onnx", POINTER);
    write("text_encoder/model.onnx", "");
    write("safety_checker/model.onnx", "<html>");
    problemsOf(folder)
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).startsWith("model_index.json: expected JSON"),
            problem -> assertThat(problem).startsWith("scheduler/scheduler_config.json: not found"),
            problem ->
                assertThat(problem)
                    .startsWith("vae_decoder/config.json: expected a JSON object, found ARRAY"),
            problem ->
                assertThat(problem).startsWith("vae_encoder/config.json: is a git-lfs pointer"),
            problem -> assertThat(problem).startsWith("unet/model.onnx: is a git-lfs pointer"),
            problem -> assertThat(problem).startsWith("text_encoder/model.onnx: is empty"),
            problem ->
                assertThat(problem)
                    .startsWith("safety_checker/model.onnx: expected an ONNX graph"));
  }

  @Test
  void indexWithoutClassNameIsRejected() throws IOException {
    write("model_index.json", "{}");
    problemsOf(folder).singleElement().asString().contains("has no _class_name");
  }

  @Test
  void singleGraphFolderOpens() throws IOException {
    Path eraseModel = temp.resolve("eraseModel");
    Files.createDirectories(eraseModel);
    Files.writeString(eraseModel.resolve("erase.json"), "{\"mask\": \"keep\"}");
    OnnxFile.withExternalTensor("weights").writeTo(eraseModel.resolve("model.onnx"));
    Files.writeString(eraseModel.resolve("weights"), "12345678");
    ModelBundle bundle = ModelBundle.open(eraseModel);
    assertThat(bundle.name()).isEqualTo("eraseModel");
    assertThat(bundle.className()).isEmpty();
    assertThat(bundle.has(ModelBundle.ROOT)).isTrue();
    assertThat(bundle.requiredConfig(ModelBundle.ROOT).get("mask").asText()).isEqualTo("keep");
    assertThat(bundle.graph(ModelBundle.ROOT, CPU)).isEqualTo(eraseModel.resolve("model.onnx"));
    assertThat(bundle.header(ModelBundle.ROOT).inputs())
        .extracting(TensorSpec::name)
        .containsExactly("x");
    assertThat(bundle.digests()).containsOnlyKeys("erase.json", "model.onnx", "weights");
    assertThat(bundle.with(BundleOptions.NONE).digest()).isEqualTo(bundle.digest());
  }

  @Test
  void singleGraphWithoutConfigurationIsRejected() throws IOException {
    Path eraseModel = temp.resolve("eraseModel");
    Path file = graph().writeTo(eraseModel.resolve("lama.onnx"));
    problemsOf(eraseModel)
        .satisfiesExactly(
            problem ->
                assertThat(problem)
                    .startsWith("erase.json: not found: create it with {\"mask\": \"repaint\"} or"),
            problem ->
                assertThat(problem)
                    .startsWith("model.onnx: not found, the folder contains [lama.onnx]: rename"));
    problemsOf(file).singleElement().asString().startsWith("is a file, expected its folder");
  }

  @Test
  void schedulerOptionsWithoutSchedulerAreRejected() throws IOException {
    Path eraseModel = temp.resolve("eraseModel");
    graph().writeTo(eraseModel.resolve("model.onnx"));
    Files.writeString(eraseModel.resolve("erase.json"), "{}");
    BundleOptions options =
        new BundleOptions(Map.of("timestep_spacing", "trailing"), null, PromptSyntax.PLAIN);
    ModelBundle bundle = ModelBundle.open(eraseModel);
    assertThatThrownBy(() -> bundle.with(options))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(
            "has no scheduler, but the scheduler options [timestep_spacing] are set");
  }

  @Test
  void externalTensorsNextToTheirGraphAreAccepted() throws IOException {
    OnnxFile.withExternalTensor("model.onnx_data").writeTo(folder.resolve("unet/model.onnx"));
    write("unet/model.onnx_data", "12345678");
    assertThat(ModelBundle.open(folder).digests()).containsKey("unet/model.onnx_data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "/etc/passwd", "..", ".", "a/../../../secret", ""})
  void externalTensorsOutsideTheFolderAreRejected(String location) throws IOException {
    write("secret", "12345678");
    OnnxFile.withExternalTensor(location).writeTo(folder.resolve("unet/model.onnx"));
    problemsOf(folder)
        .singleElement()
        .asString()
        .startsWith("unet/model.onnx: its tensors are in '" + location + "', outside its folder");
  }

  @Test
  void missingOrLinkedExternalTensorsAreRejected() throws IOException {
    OnnxFile.withExternalTensor("gone").writeTo(folder.resolve("unet/model.onnx"));
    problemsOf(folder)
        .singleElement()
        .asString()
        .contains("'gone', which does not exist: copy it next to the graph");

    Path secret = Files.writeString(temp.resolve("secret"), "12345678");
    Files.createSymbolicLink(folder.resolve("unet/gone"), secret);
    problemsOf(folder)
        .singleElement()
        .asString()
        .contains("a link to a file outside its folder", "cp -rL");

    Files.delete(folder.resolve("unet/gone"));
    write("unet/gone", POINTER);
    problemsOf(folder).singleElement().asString().contains("which is a git-lfs pointer");

    OnnxFile.withExternalTensor("a\0b").writeTo(folder.resolve("unet/model.onnx"));
    problemsOf(folder)
        .singleElement()
        .asString()
        .contains("expected the name of a file next to it");
  }

  @Test
  void digestCoversRelevantFilesOnly() throws IOException {
    String before = ModelBundle.open(folder).digest();
    assertThat(before).hasSize(64);
    assertThat(ModelBundle.open(folder).digests())
        .containsOnlyKeys(
            "model_index.json",
            "scheduler/scheduler_config.json",
            "unet/model.onnx",
            "vae_decoder/config.json",
            "vae_decoder/model.onnx")
        .containsEntry("scheduler/scheduler_config.json", Digests.sha256("{\"steps_offset\": 1}"));

    write("README.md", "read me");
    write(".cache/x.json", "{}");
    write("unet/weights.safetensors", "weights");
    assertThat(ModelBundle.open(folder).digest()).isEqualTo(before);

    write("tokenizer/merges.txt", "a b");
    assertThat(ModelBundle.open(folder).digest()).isNotEqualTo(before);
  }

  @Test
  void digestDoesNotDependOnThePath() throws IOException {
    String before = ModelBundle.open(folder).digest();
    Path moved = Files.move(folder, temp.resolve("moved"));
    assertThat(ModelBundle.open(moved).digest()).isEqualTo(before);
  }

  @Test
  void autoencoderIsReplaced() throws IOException {
    Path other = temp.resolve("other-vae");
    for (String component : ModelBundle.VAE) {
      graph().writeTo(other.resolve(component).resolve("model.onnx"));
    }
    Files.writeString(
        other.resolve("vae_decoder/config.json"),
        "{\"scaling_factor\": 0.5, \"_name_or_path\": \"stabilityai/sd-vae-ft-mse\"}");
    ModelBundle original = ModelBundle.open(Goldens.bundle("tiny-sd15"));

    ModelBundle bundle = original.withVae(ModelFolder.open(other, ModelBundle.VAE));

    assertThat(bundle.graph("vae_encoder", CPU)).isEqualTo(other.resolve("vae_encoder/model.onnx"));
    assertThat(bundle.graph("unet", CPU)).isEqualTo(original.graph("unet", CPU));
    assertThat(bundle.config("vae_decoder").orElseThrow().get("scaling_factor").asDouble())
        .isEqualTo(0.5);
    assertThat(bundle.vaeName()).contains("stabilityai/sd-vae-ft-mse");
    assertThat(bundle.digest()).isNotEqualTo(original.digest());
    assertThat(bundle.digests())
        .doesNotContainKey("vae_encoder/config.json") // of the replaced one
        .containsEntry("unet/model.onnx", original.digests().get("unet/model.onnx"))
        .doesNotContainEntry(
            "vae_decoder/model.onnx", original.digests().get("vae_decoder/model.onnx"));
  }

  @Test
  void autoencoderNeedsBothGraphsAndItsConfiguration() throws IOException {
    ModelBundle original = ModelBundle.open(Goldens.bundle("tiny-sd15"));
    Path other = Files.createDirectory(temp.resolve("vae"));
    assertThatThrownBy(() -> original.withVae(ModelFolder.open(other, ModelBundle.VAE)))
        .hasMessageContaining("vae_encoder/model.onnx: not found")
        .hasMessageContaining("vae_decoder/model.onnx: not found");
    for (String component : ModelBundle.VAE) {
      graph().writeTo(other.resolve(component).resolve("model.onnx"));
    }
    assertThatThrownBy(() -> original.withVae(ModelFolder.open(other, ModelBundle.VAE)))
        .hasMessageContaining("vae_decoder/config.json: not found");
    assertThatThrownBy(() -> ModelFolder.open(temp.resolve("none"), ModelBundle.VAE))
        .hasMessageContaining("not found, expected a folder with")
        .hasMessageContaining("vae_encoder/model.onnx");
  }

  @ParameterizedTest
  @CsvSource({
    "runwayml/stable-diffusion-inpainting, runwayml/stable-diffusion-inpainting",
    "my-model, my-model",
    "/home/me/models/x, small",
    "./x, small",
    "C:\\models, small",
    "'', small"
  })
  void nameIsThatOnTheHubOrOfTheFolder(String stated, String name) throws IOException {
    write(
        "model_index.json",
        "{\"_class_name\": \"X\", \"_name_or_path\": \"" + stated.replace("\\", "\\\\") + "\"}");
    ModelBundle bundle = ModelBundle.open(folder);
    assertThat(bundle.modelName()).isEqualTo(name);
    assertThat(bundle.vaeName()).isEmpty();
    write("vae_decoder/config.json", "{\"_name_or_path\": \"stabilityai/sd-vae-ft-mse\"}");
    assertThat(ModelBundle.open(folder).vaeName()).contains("stabilityai/sd-vae-ft-mse");
  }

  private static ListAssert<String> problemsOf(Path folder) {
    return assertThatThrownBy(() -> ModelBundle.open(folder))
        .hasMessageContaining(folder.toString())
        .asInstanceOf(InstanceOfAssertFactories.type(InvalidModelException.class))
        .extracting(InvalidModelException::problems, InstanceOfAssertFactories.list(String.class));
  }

  private static OnnxFile graph() {
    return OnnxFile.unary("Identity", OnnxFile.FLOAT, -1);
  }

  private void write(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
