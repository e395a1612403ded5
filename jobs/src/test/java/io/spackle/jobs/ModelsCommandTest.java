package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {

  private static final Path MODEL = TestJob.bundle("idle-sd15-inpaint");

  @TempDir Path folder;

  @Test
  void describesAValidModel() {
    CommandResult command = CommandResult.run("models", "check", MODEL);
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out())
        .startsWith("family     sd15 (StableDiffusionInpaintPipeline)")
        .contains(
            "scheduler  DDIMScheduler",
            "batches    images at any step",
            "vae        the model's own",
            "safety     none")
        .containsPattern("(?m)^digest {5}[0-9a-f]{64}$")
        .containsPattern("(?m)^  [0-9a-f]{64}  unet/model.onnx$")
        .endsWith("problems   none" + System.lineSeparator());
  }

  @Test
  void describesAModelOfOneGraph() {
    CommandResult command =
        CommandResult.run("models", "check", TestJob.bundle("tiny-erase-floats"));
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out())
        .startsWith("family     erase" + System.lineSeparator())
        .contains("size       64 x 64, sides in multiples of 64")
        .contains("erase      {\"mask\":\"repaint\",\"output\":\"0..255\"}")
        .doesNotContain("scheduler")
        .containsPattern("(?m)^  [0-9a-f]{64}  model.onnx$");
  }

  @Test
  void preparesAModel() {
    Path prepared = folder.resolve("prepared");
    CommandResult command =
        CommandResult.run("models", "prepare", TestJob.bundle("tiny-erase-floats"), prepared);
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out())
        .startsWith("family     erase" + System.lineSeparator())
        .containsPattern("(?m)^prepared   by ONNX Runtime [0-9.]+ for CPU$")
        .endsWith("problems   none" + System.lineSeparator());

    CommandResult again =
        CommandResult.run(
            "models", "prepare", TestJob.bundle("tiny-erase-floats"), prepared, "--device", "cpu");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.out()).contains("exists: name a folder that does not");
  }

  @Test
  void preparesAModelForThisCpuOnly() {
    String model = TestJob.bundle("tiny-erase-floats").toString();
    CommandResult command =
        CommandResult.run("models", "prepare", model, folder.resolve("here"), "--this-cpu");
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out())
        .containsPattern("(?m)^prepared   by ONNX Runtime [0-9.]+ for CPUs with this layout: ");

    CommandResult cuda =
        CommandResult.run(
            "models", "prepare", model, folder.resolve("cuda"), "--this-cpu", "--device", "cuda");
    assertThat(cuda.code()).isEqualTo(2);
    assertThat(cuda.out()).contains("--this-cpu with --device cuda: expected --device cpu");
  }

  @Test
  void describesABuiltInModel() {
    CommandResult command = CommandResult.run("models", "check", "builtin:patchmatch");
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out())
        .startsWith("family     erase (built in, runs on the CPU)")
        .contains("size       any: images keep their size", "digest     builtin:patchmatch 1")
        .endsWith("problems   none" + System.lineSeparator());
    CommandResult unknown = CommandResult.run("models", "check", "builtin:lama");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.out())
        .contains("builtin:lama is not built in, expected one of builtin:patchmatch");
  }

  @Test
  void describesSegmenters() {
    String folder = System.getProperty("golden.dir") + "/segment/";
    CommandResult clothes = CommandResult.run("models", "check", folder + "classes");
    assertThat(clothes.code()).as(clothes.messages()).isZero();
    assertThat(clothes.out())
        .startsWith("segmenter  classes")
        .contains("classes    Background, Upper-clothes, Dress, Left-arm", "input      32 x 32")
        .containsPattern("(?m)^digest {5}[0-9a-f]{64}$");
    CommandResult text = CommandResult.run("models", "check", "builtin:text");
    assertThat(text.out()).startsWith("segmenter  text").contains("digest     builtin:text 3");
    CommandResult wrong = CommandResult.run("models", "check", folder + "channels-last");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.out())
        .contains("erase.json: not found", "as a segmenter: inputs", "channels first");
  }

  @Test
  void namesTheSafetyChecker() {
    CommandResult command =
        CommandResult.run("models", "check", TestJob.bundle("tiny-sd15-inpaint-legacy"));
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(command.out()).contains("safety     tiny-sd15-inpaint-legacy/safety_checker");
  }

  @Test
  void namesEveryMissingGraph() throws IOException {
    Path copy = copy();
    Files.delete(copy.resolve("vae_encoder/model.onnx"));
    Files.delete(copy.resolve("vae_decoder/model.onnx"));
    assertRefused(copy, "vae_encoder/model.onnx: not found", "vae_decoder/model.onnx: not found");
    Files.delete(copy.resolve("unet/model.onnx"));
    assertRefused(copy, "neither unet/model.onnx nor transformer/model.onnx found");
  }

  @Test
  void namesAnInvalidGraph() throws IOException {
    Path copy = copy();
    Files.writeString(copy.resolve("unet/model.onnx"), "<html>not found</html>");
    assertRefused(copy, "unet/model.onnx");
  }

  @Test
  void refusesAFileAsModelFolder() {
    Path file = MODEL.resolve("model_index.json");
    assertRefused(file, "is a file, expected a folder with model_index.json");
  }

  @Test
  void refusesAMissingFolder() {
    assertRefused(folder.resolve("none"), "not found, expected a folder with model_index.json");
  }

  @Test
  void requiresAFolder() {
    assertThat(CommandResult.run("models", "check").code()).isEqualTo(2);
    assertThat(CommandResult.run("models").code()).isEqualTo(2);
  }

  private static void assertRefused(Path model, String... problems) {
    CommandResult command = CommandResult.run("models", "check", model);
    assertThat(command.code()).as(command.messages()).isEqualTo(2);
    assertThat(command.out()).contains("problems").contains(problems);
    assertThat(command.messages()).isEmpty();
  }

  private Path copy() throws IOException {
    Path copy = folder.resolve("model");
    try (Stream<Path> files = Files.walk(MODEL)) {
      files.forEach(file -> copy(file, copy.resolve(MODEL.relativize(file))));
    }
    return copy;
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
