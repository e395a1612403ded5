package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of failed rows in further runs, and what a person is told about them. */
class FailedRowsTest {

  @TempDir Path folder;

  private final AtomicInteger status = new AtomicInteger(503);
  private FaultyServer host;
  private Path photo;
  private Path lost;

  @BeforeEach
  void startHost() throws IOException {
    new JobRows(folder); // draws photo.png and mask.png
    photo = folder.resolve("photo.png");
    lost = folder.resolve("lost.png");
    byte[] bytes = Files.readAllBytes(photo);
    host =
        new FaultyServer()
            .on(
                "/photo.png",
                exchange -> {
                  exchange.sendResponseHeaders(status.get(), bytes.length);
                  exchange.getResponseBody().write(bytes);
                });
  }

  @AfterEach
  void stopHost() {
    host.close();
  }

  @Test
  void theNextRunProcessesARowAgainThatABusyHostFailed() throws IOException {
    String rows = row("here", photo) + row("far", host.url("/photo.png"));
    JobResult first = run(rows);
    assertThat(first.line().get("failed").asInt()).isEqualTo(1);
    assertThat(first.messages())
        .contains("Failed: 1 of 2 rows", "  FETCH_STATUS: 1, such as far: init_image: http://")
        .contains("the next run processes them again")
        .doesNotContain("--retry-failed");
    status.set(200);
    JobResult second = run(rows);
    assertThat(second.messages())
        .contains("2 rows: 1 done and 0 failed in earlier runs; processing 1, 1 of them again");
    assertThat(second.line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(runs(second)).isEqualTo(Map.of("here", 1, "far", 2));
  }

  @Test
  void aRowIsTriedInAtMostSoManyRunsUnlessAskedFor() throws IOException {
    String rows = row("here", photo) + row("far", host.url("/photo.png"));
    String two = "spackle.output.max-attempts = 2";
    run(rows, two);
    JobResult last = run(rows, two);
    assertThat(last.messages()).contains("tried in output.max-attempts runs", "--retry-failed");
    JobResult left = run(rows, two);
    assertThat(left.line().get("failed").asInt()).isZero();
    assertThat(left.line().get("failed_before").asInt()).isEqualTo(1);
    assertThat(left.messages())
        .contains("Failed in earlier runs and left: 1", "FETCH_STATUS: 1, such as far: ");
    assertThat(plan(two).at("/to_do").asInt()).isZero();
    assertThat(plan("").at("/again").asInt()).as("three attempts").isEqualTo(1);
    status.set(200);
    JobResult asked = run(rows, two, "--retry-failed");
    assertThat(asked.line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(runs(asked)).isEqualTo(Map.of("here", 1, "far", 3));
  }

  @Test
  void whatCannotPassByItselfStaysUntilTheRowChangesOrSomeoneAsks() throws IOException {
    String rows = row("here", photo) + row("lost", lost) + row("wrong", photo, "width", "many");
    assertThat(run(rows).line().get("failed").asInt()).isEqualTo(2);
    Files.copy(photo, lost);
    String keep = "spackle.resume.changed-inputs = keep";
    JobResult again = run(rows, keep);
    assertThat(again.code()).isZero();
    assertThat(again.line().get("succeeded").asInt()).isZero();
    assertThat(again.line().get("failed_before").asInt()).isEqualTo(2);
    assertThat(again.line().get("skipped").asInt()).isEqualTo(3);
    assertThat(again.messages())
        .contains("Failed in earlier runs and left: 2")
        .contains("  FETCH_NOT_FOUND: 1, such as lost: ", "lost.png: no such file")
        .contains("    Fix the location")
        .contains("--retry-failed, or --retry-codes FETCH_NOT_FOUND,ROW_INVALID");
    assertThat(plan(keep).at("/failed_before").asInt()).isEqualTo(2);
    assertThat(plan("").at("/changed_inputs").asInt()).as("the file is there").isEqualTo(1);
    assertThat(plan(keep, "--retry-failed").at("/again").asInt()).isEqualTo(2);
    JobResult asked = run(rows, keep, "--retry-failed");
    assertThat(asked.line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(asked.line().get("failed").asInt()).isEqualTo(1);
    JobResult changed = run(row("here", photo) + row("lost", lost) + row("wrong", photo));
    assertThat(changed.line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(runs(changed)).isEqualTo(Map.of("here", 1, "lost", 2, "wrong", 1));
  }

  @Test
  void aRunInWhichEveryRowFailedEndsWithExitCode3() throws IOException {
    String rows = row("far", host.url("/photo.png"));
    JobResult first = run(rows);
    assertThat(first.code()).as("with failures.max-share = 1").isEqualTo(3);
    assertThat(first.line().get("status").asText()).isEqualTo("failures");
    assertThat(run(rows, "spackle.output.max-attempts = 1").code())
        .as("nothing to do, and nothing was ever done")
        .isEqualTo(3);
    assertThat(run(rows + row("here", photo)).code()).as("one row succeeded").isZero();
  }

  @Test
  void relativeLocationsWithoutABaseAreRefused() throws IOException {
    JobResult refused = run(row("a", "photo.png"));
    refused.isRefused(
        "spackle.manifest.base is not set", "(line 1, a: init_image: photo.png: no scheme found");
    assertThat(folder.resolve("out")).doesNotExist();
    String base = "spackle.manifest.base = .";
    assertThat(run(row("a", "photo.png"), base).code()).isZero();
    run(row("a", "photo.png")).isRefused("spackle.manifest.base is not set");
  }

  @Test
  void aFirstRunThatFindsNoFileIsRefusedAndLeavesNothing() throws IOException {
    run(row("a", lost) + row("b", lost))
        .isRefused("no file of the first rows exists: check their locations (line 1, a: ");
    run(row("a", "lost.png"), "spackle.manifest.base = photos")
        .isRefused("check their locations and spackle.manifest.base, which is " + folder);
    Files.copy(photo, lost);
    assertThat(run(row("a", lost) + row("b", lost)).line().get("succeeded").asInt()).isEqualTo(2);
    Files.delete(lost);
    assertThat(run(row("a", lost) + row("b", lost)).code())
        .as("files of finished rows may be gone")
        .isZero();
  }

  @Test
  void filesAreRefusedIfNoFolderOfFilesIsAllowed() throws IOException {
    run(row("a", photo), "spackle.fetch.allow-files = []")
        .isRefused("spackle.fetch.allow-files is not set", "[\"" + folder + "\"]");
  }

  private JobResult run(String rows) throws IOException {
    return run(rows, "");
  }

  private JobResult run(String rows, String conf, String... options) throws IOException {
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    return JobResult.of(job(conf), folder.resolve("out"), options);
  }

  /** The closing line of {@code plan}. */
  private JsonNode plan(String conf, String... options) throws IOException {
    CommandResult command =
        CommandResult.run(
            Stream.concat(Stream.of("plan", job(conf).toString()), Stream.of(options)).toArray());
    List<String> out = command.out().lines().toList();
    return new ObjectMapper().readTree(out.get(out.size() - 1));
  }

  private Path job(String conf) throws IOException {
    String fetch =
        "spackle.fetch { allow-private = [127.0.0.1], retries = 0 }\nspackle.report.enabled = false\n";
    return Files.write(
        folder.resolve("job.conf"),
        (JobResult.baseConf("rows.jsonl") + fetch + conf).getBytes(UTF_8));
  }

  private String row(String id, Object image, Object... fields) throws IOException {
    JobRows rows = new JobRows(folder);
    return rows.validRow(id, fields).put("init_image", image.toString()) + "\n";
  }

  private static Map<String, Integer> runs(JobResult job) {
    Map<String, Integer> runs = new TreeMap<>();
    for (Row row : job.meta()) {
      runs.put(row.getAs("id"), row.getAs("runs"));
    }
    return runs;
  }
}
