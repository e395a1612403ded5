package io.spackle.jobs;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.LocalCluster.Job;
import io.spackle.jobs.LocalCluster.Result;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.SparkSessions.QuerySettings;
import io.spackle.jobs.run.JobPlan;
import io.spackle.row.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose executors are processes of their own. */
@Timeout(900)
class ClusterTest {

  private static final Pattern OPENING = Pattern.compile("opening the model \\S+ on (.*)");
  private static final int ROWS = 12;

  /** Prefix of the ids of rows whose prompts hang the model. */
  private static final String HANGING = "hanging";

  @TempDir Path folder;

  private final Map<String, Row> publishedBeforeAKill = new TreeMap<>();
  private Path conf;

  @BeforeEach
  void writeJob() throws IOException {
    drawPhoto("photo.png");
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    Files.writeString(folder.resolve("rows.jsonl"), rows(1, ROWS, "photo.png"));
    conf =
        Files.writeString(
            folder.resolve("job.conf"),
            """
            spackle {
              manifest { path = rows.jsonl, base = . }
              output { path = out, rows-per-file = 3, publish-interval = 100ms }
              model { path = "%s", device = cpu }
              defaults { width = 64, height = 64, num-inference-steps = 2 }
              fetch.allow-files = [.]
              report.enabled = false
            }
            """
                .formatted(HangingModel.in(folder.resolve("model"))));
  }

  /**
   * The discovery script of the worker reports two GPUs, which CUDA numbers in reverse order; the
   * machine needs no GPU.
   */
  @Test
  void executorsOpenOneModelPerAssignedGpu() throws Exception {
    Map<String, String> gpus =
        Map.of(
            "spark.worker.resource.gpu.amount",
            "2",
            "spark.worker.resource.gpu.discoveryScript",
            discovery("GPU-aa", "GPU-bb").toString());
    try (LocalCluster cluster = LocalCluster.standalone(folder.resolve("spark"), 4, gpus)) {
      cluster
          .with("spark.executor.resource.gpu.amount", "2")
          .with("spark.task.resource.gpu.amount", "0.5")
          .with("spark.executorEnv.CUDA_VISIBLE_DEVICES", "GPU-bb,GPU-aa");
      Result refused = cluster.start(conf, "-D", "model.device=cuda").result();
      assertThat(refused.code()).as(refused.messages()).isEqualTo(2);
      assertThat(refused.messages())
          .containsPattern("executor 0 on \\S+, GPU address GPU-aa: CUDA device 1 cannot be used")
          .containsPattern("executor 0 on \\S+, GPU address GPU-bb: CUDA device 0 cannot be used");
      assertThat(folder.resolve("out")).doesNotExist();
      assertThat(openings(cluster)).contains("Device[kind=CUDA, ordinal=0, threads=0]");
      assertThat(openings(cluster)).contains("Device[kind=CUDA, ordinal=1, threads=0]");
      int before = openings(cluster).size();
      Result done = cluster.start(conf).result();
      assertThat(done.code()).as(done.messages()).isZero();
      assertThat(done.line().get("succeeded").asInt()).isEqualTo(ROWS);
      assertThat(openings(cluster).subList(before, openings(cluster).size()))
          .as("four tasks at a time share one model")
          .containsExactly("Device[kind=CPU, ordinal=0, threads=0]");
    }
  }

  /** The test kills the executor while the model hangs, as if the row had crashed it. */
  @Test
  void rowsThatCrashTheirExecutorAreQuarantinedAndNoOtherRowIsLostOrDuplicated() throws Exception {
    String late = row(HANGING + 1, "# wall", "late.png") + rows(2, ROWS / 2, "late.png");
    String added = row(HANGING + 2, "# wall", "photo.png") + rows(ROWS / 2 + 2, ROWS, "photo.png");
    String done = rows(ROWS, ROWS, "photo.png");
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), late + done);
    assertThat(InpaintJob.run(new String[] {conf.toString()}, System.out, System.err)).isZero();
    drawPhoto("late.png");
    Files.writeString(rows, late + added);
    String replacing = key(HANGING + 1);
    String adding = key(HANGING + 2);
    try (LocalCluster cluster = LocalCluster.withinDriver(folder.resolve("spark"), 1, 2)) {
      Job job = cluster.start(conf, "--retry-codes", "FETCH_NOT_FOUND");
      killTwice(job, replacing, Set.of());
      killTwice(job, adding, markers());
      Result result = job.result();
      assertThat(result.code()).as(result.messages() + cluster.logs()).isZero();
      assertThat(result.line().get("succeeded").asInt()).isEqualTo(ROWS - 3);
      assertThat(openings(cluster)).as("one model per executor").hasSizeBetween(4, 5);
    }
    Map<String, Row> meta = TestJob.meta(folder.resolve("out"));
    assertThat(meta).hasSize(ROWS);
    for (String id : List.of(HANGING + 1, HANGING + 2)) {
      Row error = meta.remove(id).getAs("error");
      assertThat(error.<String>getAs("code")).as(id).isEqualTo("MODEL_CRASHED");
    }
    assertThat(meta.values())
        .allSatisfy(row -> assertThat(row.<String>getAs("status")).isEqualTo("success"))
        .allSatisfy(row -> assertThat(Path.of(row.<String>getList(4).get(0))).isRegularFile());
    assertThat(folder.resolve("out/.spackle-marks")).doesNotExist();
    assertThat(publishedBeforeAKill.values()).isNotEmpty();
    assertThat(meta).as("rows are not processed again").containsAllEntriesOf(publishedBeforeAKill);
  }

  /**
   * Kills the executor that processes a row with others, unless it was killed before, and then the
   * one that processes it alone.
   *
   * @param left the markers of processes that were killed before
   */
  private void killTwice(Job job, String key, Set<String> left) throws Exception {
    String alone = "row-" + key;
    String first =
        awaitMarker(
            job, name -> name.startsWith(alone) || !left.contains(name) && isTaskOf(name, key));
    if (!first.startsWith(alone)) {
      job.executors().forEach(ProcessHandle::destroyForcibly);
      awaitMarker(job, name -> name.startsWith(alone));
    }
    Thread.sleep(1000); // ten intervals
    TestJob.meta(folder.resolve("out")).entrySet().stream()
        .filter(published -> published.getValue().getAs("status").equals("success"))
        .forEach(published -> publishedBeforeAKill.put(published.getKey(), published.getValue()));
    job.executors().forEach(ProcessHandle::destroyForcibly);
  }

  private static String rows(int first, int last, String photo) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> row("row " + i, "wall " + i, photo))
        .collect(Collectors.joining());
  }

  private static String row(String id, String prompt, String photo) {
    return """
    {"id": "%s", "init_image": "%s", "mask_image": "mask.png", "prompt": "%s"}
    """
        .formatted(id, photo, prompt);
  }

  private void drawPhoto(String name) throws IOException {
    ImageFiles.write(folder.resolve(name), 64, 64, (x, y) -> 2 * x + y);
  }

  private Path discovery(String... addresses) throws IOException {
    Path script =
        Files.writeString(
            folder.resolve("gpus.sh"),
            """
            #!/bin/sh
            echo '{"name": "gpu", "addresses": ["%s"]}'
            """
                .formatted(String.join("\", \"", addresses)));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  private static List<String> openings(LocalCluster cluster) throws IOException {
    return OPENING.matcher(cluster.logs()).results().map(found -> found.group(1)).toList();
  }

  private String key(String id) {
    SparkSession spark = TestSpark.session();
    JobConf job = JobConf.load(Optional.of(conf), Map.of());
    JobPlan plan = JobPlan.of(spark, job, new QuerySettings(spark));
    return plan.keyedRows().where(col(RowColumns.ID).equalTo(id)).first().getAs(RowColumns.KEY);
  }

  private boolean isTaskOf(String marker, String key) {
    try {
      return marker.startsWith("task-")
          && Files.readString(folder.resolve("out/.spackle-marks").resolve(marker)).contains(key);
    } catch (IOException e) {
      return false; // the task has ended
    }
  }

  private String awaitMarker(Job job, Predicate<String> name) throws Exception {
    while (job.driver().isAlive()) {
      Optional<String> found = markers().stream().filter(name).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.sleep(20);
    }
    throw new AssertionError("the job ended first: " + job.result());
  }

  private Set<String> markers() throws IOException {
    Path markers = folder.resolve("out/.spackle-marks");
    if (!Files.isDirectory(markers)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(markers)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }
}
