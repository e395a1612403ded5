package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.lease.LeaseRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code spackle plan}. */
class PlanCommandTest {

  private static final String SECRET = "s3cr3t";

  @TempDir Path folder;

  private JobRows rows;

  /** The outcome of the command, with the object on its last line. */
  private record Result(int code, JsonNode line, String messages) {

    JsonNode at(String pointer) {
      return line.at(pointer);
    }
  }

  @BeforeEach
  void startSpark() throws IOException {
    TestSpark.session();
    rows = new JobRows(folder);
  }

  @Test
  void problemsOfAllRowsAreCountedWithAnExampleEach() throws IOException {
    rows.row("a").row("b", "samples", 2).row("large", "width", 96, "height", 96);
    rows.row("wide", "width", 100_000).row("A");
    rows.row("lost", "mask_image", folder.resolve("lost.png").toString());
    rows.row("far", "init_image", "http://localhost:22/x").line("no json").line("{\"a\": 1");
    Result end = plan("");
    assertThat(end.code()).isZero();
    assertThat(end.at("/rows").asInt()).isEqualTo(9);
    assertThat(end.at("/to_do").asInt()).isEqualTo(9);
    assertThat(end.at("/bad").asInt()).isEqualTo(6);
    assertThat(end.at("/errors").toString())
        .contains("\"ROW_MALFORMED\":2", "\"ROW_INVALID\":1", "\"ID_DUPLICATE\":1")
        .contains("\"FETCH_NOT_FOUND\":1", "\"URL_FORBIDDEN\":1");
    assertThat(end.messages())
        .contains("ROW_MALFORMED: 2, such as line 8, ", "ROW_INVALID: 1, such as line 4, wide: ")
        .contains("ID_DUPLICATE: 1, such as line 5, ", "lost.png: no such file");
    assertThat(end.at("/images").asInt()).isEqualTo(4);
    assertThat(end.at("/batches").asInt()).as("of two shapes").isEqualTo(2);
    assertThat(end.messages())
        .contains("64 x 64, 2 steps, guidance 7.5, DDIMScheduler: 2 rows, 3 images, 1 batches")
        .contains("96 x 96, 2 steps")
        .contains("No forecast without a trial: add --trial 32");
    assertThat(end.at("/forecast").isNull()).isTrue();
  }

  @Test
  void referenceImagesThatAreMissingOrNotTakenAreCounted() throws IOException {
    String photo = rows.file("photo.png").toString();
    rows.row("a").row("b", "reference_image", photo).row("c", "reference_image", photo);
    assertThat(plan("").at("/errors").toString()).isEqualTo("{\"REFERENCE_UNUSED\":2}");
    String inContext = "spackle.reference { layout = left, required = %s }";
    Result required = plan(inContext.formatted(true));
    assertThat(required.at("/errors").toString()).isEqualTo("{\"REFERENCE_MISSING\":1}");
    assertThat(required.messages())
        .contains(
            "64 x 64 with a reference in context, 2 steps, guidance 7.5, DDIMScheduler: 2 rows");
    Result optional = plan(inContext.formatted(false));
    assertThat(optional.at("/bad").asInt()).isZero();
    assertThat(optional.at("/batches").asInt()).as("with and without").isEqualTo(2);
  }

  @Test
  void columnsOfOtherToolsAndAnEmptyManifestAreReported() throws IOException {
    assertThat(plan("").messages()).containsOnlyOnce(" has no rows");
    rows.row("a", "denoising_strength", 0.5, "sampler_name", "Euler a");
    assertThat(plan("").messages())
        .containsOnlyOnce(
            "Warning: the manifest's column denoising_strength is not used, only copied to the"
                + " meta rows: did you mean strength?")
        .containsOnlyOnce("did you mean scheduler?")
        .doesNotContain("has no rows");
  }

  @Test
  void resultsOfEarlierRunsAreDistinguished() throws IOException {
    rows.row("a").row("b").row("lost", "init_image", folder.resolve("lost.png").toString());
    rows.run("");
    rows.row("c");
    Result end = plan("");
    assertThat(counts(end)).isEqualTo("to_do 1, again 0, done 2, failed_before 1, bad 0");
    Result again = plan("", "--retry-codes", "FETCH_NOT_FOUND");
    assertThat(counts(again)).isEqualTo("to_do 2, again 1, done 2, failed_before 0, bad 1");
    Result changed = plan("", "-D", "defaults.num-inference-steps=1");
    assertThat(counts(changed)).isEqualTo("to_do 4, again 0, done 0, failed_before 0, bad 1");
    Result overwritten = plan("", "-D", "output.mode=overwrite");
    assertThat(counts(overwritten)).isEqualTo("to_do 4, again 0, done 0, failed_before 0, bad 1");
  }

  @Test
  void trialForecastsTimeAndCost() throws IOException {
    rows.row("a").row("b").row("c", "seed", 1).row("wide", "width", 100_000);
    Result end =
        plan("spackle.plan.price-per-device-hour = 3600", "--trial", "2", "-D", "plan.devices=2");
    assertThat(end.at("/trial/rows").asInt()).isEqualTo(2);
    assertThat(end.at("/trial/images").asInt()).isEqualTo(2);
    double seconds = end.at("/forecast/seconds").asDouble();
    assertThat(seconds).isPositive();
    assertThat(end.at("/forecast/images").asInt()).isEqualTo(3);
    assertThat(end.at("/forecast/devices").asInt()).isEqualTo(2);
    assertThat(end.at("/forecast/cost").asDouble()).isCloseTo(2 * seconds, within(0.01));
    assertThat(end.messages())
        .contains("Trial: 2 rows, 2 images in ", "Forecast: ", " to generate 3 images")
        .contains("device hours; at that price");
  }

  @Test
  void probeFindsProblemsOfImages() throws IOException {
    rows.file("text.png", "no image".getBytes(UTF_8));
    ImageFiles.write(rows.file("black.png"), JobRows.SIDE, JobRows.SIDE, (x, y) -> 0);
    rows.row("good").row("text", "init_image", rows.file("text.png").toString());
    rows.row("empty", "mask_image", rows.file("black.png").toString());
    Result end = plan("", "--probe", "10");
    assertThat(end.at("/bad").asInt()).isZero();
    assertThat(end.at("/probe/rows").asInt()).isEqualTo(3);
    assertThat(end.at("/probe/errors").toString()).isEqualTo("{\"IMAGE_UNSUPPORTED\":1}");
    assertThat(end.messages())
        .contains("Probe: 3 rows fetched, decoded and framed in ")
        .contains("IMAGE_UNSUPPORTED: 1, such as line 2, text: init_image: ")
        .contains("masks: 1 empty, 0 all white");
  }

  /**
   * Crops around small and large masks have canvases of two sizes. The model computes something, so
   * that all rows can be framed while the first of them are generated.
   */
  @Test
  void probeForecastsTheCallsOfTheNetwork() throws IOException {
    int side = 4 * JobRows.SIDE;
    ImageFiles.write(rows.file("large.png"), side, side, (x, y) -> x);
    ImageFiles.write(rows.file("dot.png"), side, side, (x, y) -> x < 8 && y < 8 ? 255 : 0);
    ImageFiles.write(rows.file("half.png"), side, side, (x, y) -> x < side / 2 ? 255 : 0);
    for (int i = 0; i < 60; i++) {
      rows.row(
          "row" + i,
          "init_image",
          rows.file("large.png").toString(),
          "mask_image",
          rows.file(i % 5 == 0 ? "half.png" : "dot.png").toString(),
          "width",
          side,
          "height",
          side,
          "num_inference_steps",
          4 + i % 4);
    }
    String conf =
        "spackle { model.path = \"%s\", image.crop-padding = auto, batch { max-images = 4, max-wait = 5s } }"
            .formatted(TestJob.bundle("tiny-sd15-inpaint"));
    Result end = plan(conf, "--probe", "60");
    double forecast = end.at("/probe/model_calls").asDouble();
    assertThat(end.messages()).containsPattern("about \\d+ calls of the network for all");
    JsonNode summary = rows.run(conf).summary();
    double calls = summary.at("/model_calls").asDouble();
    assertThat(calls).as("330 steps in batches of at most 4").isBetween(82.5, 330.0);
    assertThat(forecast).isCloseTo(calls, withinPercentage(10));
  }

  @Test
  void nothingIsWritten() throws IOException {
    rows.row("a").row("b");
    rows.writeJob("");
    Map<String, String> before = files();
    plan("", "--probe", "2", "--trial", "2");
    assertThat(files()).isEqualTo(before);
    rows.run("");
    before = files();
    plan("", "--probe", "2", "--trial", "2", "-D", "output.mode=overwrite");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void problemsThatRefuseARunRefuseThePlan() throws IOException {
    rows.row("a");
    Result end = plan("spackle { model.path = nowhere, output.path = rows.jsonl }");
    assertThat(end.code()).isEqualTo(2);
    assertThat(end.at("/status").asText()).isEqualTo("refused");
    assertThat(end.line().fieldNames()).toIterable().containsExactlyElementsOf(fieldsOfAPlan());
    assertThat(end.messages())
        .contains(
            "Refused",
            "overlap: use separate folders",
            "the model file:" + folder.resolve("nowhere"));
    Result options = plan("", "--probe", "-1");
    assertThat(options.code()).isEqualTo(2);
    assertThat(options.messages()).contains("--probe is -1, expected a number of rows from 0");
  }

  @Test
  void outputOfALiveRunIsRefused() throws IOException {
    rows.row("a");
    Path file = folder.resolve("out/meta/.spackle-other/claim");
    Files.createDirectories(file.getParent());
    Files.write(file, LeaseRecord.mine("other", java.time.Duration.ofMinutes(2)).json());
    Result end = plan("");
    assertThat(end.code()).isEqualTo(2);
    assertThat(end.messages()).contains("is being written by the run other");
  }

  @Test
  void tooManyInvalidRowsGiveTheExitCodeOfARun() throws IOException {
    rows.row("a").row("wide", "width", 100_000);
    Result end = plan("spackle.failures.max-share = 0.25");
    assertThat(end.code()).isEqualTo(3);
    assertThat(end.at("/status").asText()).isEqualTo("failures");
    assertThat(end.messages())
        .as("defaults are left out unless asked for")
        .contains("keys as in conf/reference.conf (--all-keys)")
        .doesNotContain("batch.max-wait");
  }

  @Test
  void eachKeyIsShownWithItsOrigin() throws IOException {
    rows.row("a");
    Result end = plan("spackle.defaults.seed = 5", "-D", "batch.max-images=4", "--all-keys");
    assertThat(end.messages())
        .contains("  batch.max-images = 4  (-D spackle.batch.max-images)")
        .containsPattern("  defaults\\.seed = 5  \\(.*job\\.conf: \\d+\\)")
        .contains("  batch.max-wait = 200ms  (default)", "  webhook.secret = null  (default)");
  }

  @Test
  void secretsAreNotShown() throws IOException {
    rows.row("b").row("a", "init_image", "http://u:" + SECRET + "@127.0.0.1:22/?sign=" + SECRET);
    Result end =
        plan(
            """
            spackle {
              webhook.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
              hadoop.options { "fs.s3a.secret.key" = "%1$s", "fs.s3a.endpoint" = "http://u:%1$s@h" }
              manifest.options { password = "%1$s" }
              fetch.allow-files = [., "s3a://%1$s:%1$s@bucket/x"]
              model.scheduler-config { timestep_spacing = trailing }
            }
            """
                .formatted(SECRET),
            "--probe",
            "1",
            "--all-keys");
    assertThat(end.code()).as(end.messages()).isZero();
    assertThat(end.messages() + end.line()).doesNotContain(SECRET, "MfKQ9r8GKYqrTwjUPD8ILPZI");
    assertThat(end.messages())
        .contains("webhook.secret = ***", "{fs.s3a.endpoint = ***, fs.s3a.secret.key = ***}")
        .contains("s3a://***@bucket/x", "{\"timestep_spacing\":\"trailing\"}");
  }

  private Result plan(String conf, String... arguments) throws IOException {
    Path file = rows.writeJob(conf);
    CommandResult command =
        CommandResult.run(
            Stream.concat(Stream.of("plan", file.toString()), Stream.of(arguments)).toArray());
    List<String> out = command.out().lines().toList();
    JsonNode line = new ObjectMapper().readTree(out.get(out.size() - 1));
    assertThat(line.fieldNames()).toIterable().containsExactlyElementsOf(fieldsOfAPlan());
    return new Result(command.code(), line, command.messages());
  }

  private static List<String> fieldsOfAPlan() {
    return List.of(
        "status",
        "rows",
        "skipped",
        "to_do",
        "again",
        "changed_inputs",
        "done",
        "failed_before",
        "bad",
        "errors",
        "images",
        "batches",
        "probe",
        "trial",
        "forecast",
        "seconds",
        "output");
  }

  private static String counts(Result end) {
    return Stream.of("to_do", "again", "done", "failed_before", "bad")
        .map(name -> name + " " + end.at("/" + name).asInt())
        .collect(Collectors.joining(", "));
  }

  /** All files and folders with their modification times and sizes. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        if (!path.endsWith("job.conf") && !path.endsWith("rows.jsonl") && !path.equals(folder)) {
          files.put(path.toString(), Files.getLastModifiedTime(path) + " " + Files.size(path));
        }
      }
    }
    return files;
  }
}
