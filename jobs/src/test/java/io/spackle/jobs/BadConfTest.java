package io.spackle.jobs;

import static io.spackle.jobs.JobRows.join;
import static io.spackle.row.ErrorCode.MODEL_OUTPUT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configuration and model: numbers 74 to 80, and 89, of the list of bad inputs. */
class BadConfTest {

  private static final String NO_ROWS =
      "{\"init_image\": \"/a\", \"mask_image\": \"/b\", \"prompt\": \"x\"}\n";

  @TempDir Path folder;

  @Test
  void b74_unknownKeysAndWrongTypes_areRefusedWithFileAndLine() throws IOException {
    JobResult.run(folder, NO_ROWS, "\nspackle.fetch.retires = 3\nspackle.batch.max-images = many\n")
        .isRefused(
            "spackle.fetch.retires is not a known key, did you mean spackle.fetch.retries?",
            "spackle.batch.max-images is \"many\", expected a whole number",
            folder.resolve("job.conf") + ": 11",
            folder.resolve("job.conf") + ": 12");
  }

  @Test
  void b75_outputEqualToTheManifest_isRefused() throws IOException {
    JobResult.run(folder, NO_ROWS, "spackle.output.path = rows.jsonl")
        .isRefused("overlap: use separate folders");
  }

  @Test
  void b75_existingResults_areRefusedInModeFailIfExists() throws IOException {
    String mode = "spackle.output.mode = fail-if-exists";
    JobResult.run(folder, NO_ROWS, mode).isComplete();
    JobResult.run(folder, NO_ROWS, mode).isRefused("already holds the results of a run");
    JobResult.run(folder, NO_ROWS, "").isComplete();
  }

  @Test
  void b76_aMissingModel_isRefused() throws IOException {
    JobResult.run(folder, NO_ROWS, "spackle.model.path = nowhere").isRefused("nowhere");
  }

  /** Otherwise a model could read any file of the machine. */
  @Test
  void b77_tensorDataOutsideTheModelFolder_isRefused() throws IOException {
    Path model = copyOfModel();
    Path graph = model.resolve("unet/model.onnx");
    byte[] entry = field(13, join(field(1, bytes("location")), field(2, bytes("../../../secret"))));
    byte[] tensor = join(field(8, bytes("from outside")), entry, new byte[] {14 << 3, 1});
    append(graph, field(7, field(5, tensor)));
    JobResult.run(folder, NO_ROWS, "spackle.model.path = model").isRefused("../../../secret");
  }

  @Test
  void b78_unexpectedGraphInputs_areRefusedByName() throws IOException {
    Path model = copyOfModel();
    Files.copy(
        model.resolve("vae_decoder/model.onnx"),
        model.resolve("unet/model.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
    JobResult.run(folder, NO_ROWS, "spackle.model.path = model")
        .isRefused("cannot be opened", "latent_sample", "encoder_hidden_states");
  }

  @Test
  void b79_missingCuda_isRefused() throws IOException {
    JobResult.run(folder, NO_ROWS, "spackle.model.device = cuda").isRefused("cannot be opened");
  }

  /** The last operation of the decoder becomes a square root, which is NaN for negative numbers. */
  @Test
  void b80_nonFiniteModelOutput_fails() throws IOException {
    Path graph = copyOfModel().resolve("vae_decoder/model.onnx");
    String before = Files.readString(graph, ISO_8859_1);
    String after = before.replace("\22\6sample", "\22\6sampl_");
    assertThat(after).isNotEqualTo(before);
    Files.writeString(graph, after, ISO_8859_1);
    byte[] root =
        join(field(1, bytes("sampl_")), field(2, bytes("sample")), field(4, bytes("Sqrt")));
    append(graph, field(7, field(1, root)));
    JobRows rows = new JobRows(folder.resolve("rows"));
    rows.row("b80").run("spackle.model.path = ../model");
    rows.isFailed("b80", MODEL_OUTPUT, "finite");
  }

  @Test
  void b89_tooManyFailures_giveExitCode3AndAllResults() throws IOException {
    JobResult result = JobResult.run(folder, NO_ROWS, "spackle.failures.max-share = 0.5");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.line().path("status").asText()).isEqualTo("failures");
    assertThat(result.meta()).hasSize(1);
    assertThat(result.summary().path("failed").asInt()).isOne();
  }

  private Path copyOfModel() throws IOException {
    Path from = TestJob.bundle("idle-sd15-inpaint");
    Path to = folder.resolve("model");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  /** Appends fields to a Protocol Buffers message, which is valid by concatenation. */
  private static void append(Path message, byte[] more) throws IOException {
    Files.write(message, join(Files.readAllBytes(message), more));
  }

  /** A Protocol Buffers field of up to 127 bytes. */
  private static byte[] field(int number, byte[] content) {
    assertThat(content).hasSizeLessThan(128);
    return join(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
