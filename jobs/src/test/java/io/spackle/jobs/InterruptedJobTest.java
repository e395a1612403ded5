package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that a person or a cluster manager ends with a signal. */
@Timeout(600)
class InterruptedJobTest {

  private static final int ROWS = 12;

  @TempDir Path folder;

  private FaultyServer slow;
  private Path conf;
  private Process driver;

  /** The last row waits for its image, so that the job cannot end before the signal. */
  @BeforeEach
  void writeJob() throws IOException {
    slow = new FaultyServer().on("/", exchange -> awaitInterrupt());
    JobRows rows = new JobRows(folder.resolve("job"));
    for (int i = 1; i < ROWS; i++) {
      rows.row("row " + i);
    }
    rows.row("slow", "init_image", slow.url("/slow.png"));
    conf =
        rows.writeJob(
            """
            spackle {
              output.rows-per-file = 1
              fetch { allow-private = [127.0.0.1], timeout = 10m, retries = 0 }
            }
            """);
  }

  @AfterEach
  void endProcesses() {
    driver.destroyForcibly();
    slow.close();
  }

  @Test
  void ctrlCEndsWithWhatIsDoneAndTheSameCommandGoesOn() throws Exception {
    start();
    Path meta = conf.resolveSibling("out/meta");
    await(() -> Files.isDirectory(meta) && count(meta, ".parquet") >= 3);
    signal("INT");
    JsonNode line = end(130);
    int done = line.get("succeeded").asInt();
    assertThat(done).as(messages() + line).isBetween(3, ROWS - 1);
    assertThat(messages())
        .containsOnlyOnce("Interrupted: %d of %d rows are done; run the same".formatted(done, ROWS))
        .doesNotContain("\tat ", "Exception");
    assertThat(conf.resolveSibling("out"))
        .as("the work list is gone")
        .isDirectoryNotContaining(
            file -> file.getFileName().toString().startsWith(".spackle-work"));
    slow.close();
    JsonNode next = JobResult.of(conf).isDone().line();
    assertThat(next.get("skipped").asInt()).as("rows of the first run").isEqualTo(done);
    assertThat(next.get("succeeded").asInt() + next.get("failed").asInt()).isEqualTo(ROWS - done);
    assertThat(TestJob.meta(conf.resolveSibling("out"))).hasSize(ROWS);
  }

  @Test
  void aJobThatHasNotBegunEndsWithoutAnOutput() throws Exception {
    start();
    await(() -> messages().contains("opening the model"));
    signal("TERM");
    JsonNode line = end(143);
    assertThat(line.get("rows").asInt()).isZero();
    assertThat(messages())
        .containsOnlyOnce("Interrupted before the first row")
        .doesNotContain("\tat ", "Refused");
    assertThat(conf.resolveSibling("out/meta")).doesNotExist();
  }

  @Test
  void aFollowingRunTakesFilesAsTheyComeAndEndsBetweenTwoBatches() throws Exception {
    JobRows rows = new JobRows(folder.resolve("job"));
    Path in = Files.createDirectory(rows.file("in"));
    Files.writeString(
        conf,
        JobResult.baseConf("in/*.jsonl") + "spackle.manifest.follow-interval = 200ms",
        StandardOpenOption.APPEND);
    Files.writeString(in.resolve("1.jsonl"), rows.validRow("a") + "\n" + rows.validRow("b"));
    start("--follow");
    await(() -> lines().size() == 1);
    Path complete = Files.writeString(in.resolve(".2"), rows.validRow("b", "prompt", "x") + "\n");
    Files.move(complete, in.resolve("2.jsonl"));
    await(() -> lines().size() == 2);
    long begun = System.nanoTime();
    signal("INT");
    JsonNode sum = end(130);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    assertThat(messages()).contains("Interrupted between two batches of the manifest");
    assertThat(lines()).hasSize(3).element(1).asString().contains("\"rows\":1,\"succeeded\":1");
    assertThat(sum.get("succeeded").asInt()).isEqualTo(3);
    assertThat(TestJob.meta(conf.resolveSibling("out"))).containsOnlyKeys("a", "b");
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(folder.resolve("out.txt"));
  }

  private void start(String... options) throws IOException {
    List<String> command = ChildJvm.command("1g");
    command.addAll(List.of("-Dspark.master=local[2]", "-Dspark.ui.enabled=false"));
    command.add("-Dlog4j2.configurationFile=../conf/log4j2.properties");
    command.addAll(List.of(InpaintJob.class.getName(), conf.toString()));
    command.addAll(List.of(options));
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    process.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    process.environment().put("ORT_DISABLE_TELEMETRY", "1");
    driver =
        process
            .redirectOutput(folder.resolve("out.txt").toFile())
            .redirectError(folder.resolve("err.txt").toFile())
            .start();
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(driver.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** The closing line of a driver that ended by a signal. */
  private JsonNode end(int exitStatus) throws Exception {
    assertThat(driver.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(driver.exitValue()).as(messages()).isEqualTo(exitStatus);
    String last =
        Files.readString(folder.resolve("out.txt")).lines().reduce("", (before, line) -> line);
    JsonNode line = new ObjectMapper().readTree(last);
    assertThat(line.get("status").asText()).isEqualTo("interrupted");
    return line;
  }

  private String messages() throws IOException {
    return Files.readString(folder.resolve("err.txt"), UTF_8);
  }

  private void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      assertThat(driver.isAlive()).as(messages()).isTrue();
      Thread.sleep(50);
    }
  }

  private static long count(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).count();
    }
  }

  private static void awaitInterrupt() {
    try {
      Thread.sleep(TimeUnit.HOURS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
