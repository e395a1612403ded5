package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.output.OutputFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkException;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Further runs of a job on the same output. */
class ResumeTest {

  private static final SparkSession SPARK = TestSpark.session();

  @TempDir Path folder;
  private Path output;
  private String messages;

  private record Result(int code, JsonNode line) {
    int number(String key) {
      return line.get(key).asInt();
    }
  }

  @BeforeEach
  void draw() throws IOException {
    output = folder.resolve("out");
    drawImage("photo.png");
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
  }

  @Test
  void failedRowsOfRetriedCodesAreProcessedAgain() throws IOException {
    String rows = row("a") + row("b", "late.png", "x") + row("c") + row("d", "photo.png", null);
    assertThat(run(rows).number("failed")).isEqualTo(2);
    List<String> files = metaFiles();
    assertThat(run(rows).number("skipped")).as("failed rows stay").isEqualTo(4);
    drawImage("late.png");
    Result end = run(rows, "--retry-codes", "FETCH_NOT_FOUND,FETCH_TIMEOUT");
    assertThat(end.code()).as(messages).isZero();
    assertThat(end.number("succeeded")).isEqualTo(1);
    assertThat(end.number("failed")).isZero();
    assertThat(end.number("skipped")).isEqualTo(3);
    assertThat(codes()).isEqualTo(Map.of("a", "", "b", "", "c", "", "d", "ROW_INVALID"));
    assertThat(metaFiles()).as("replaced under their names").isEqualTo(files);
    assertThat(names(output.resolve("meta"))).isEqualTo(files);
  }

  /** Opening a model takes minutes on a GPU, which others could use; each job some time, too. */
  @Test
  void theModelIsOpenedOnlyIfThereAreRowsForItAndFewRowsNeedFewJobs() throws Exception {
    assertThat(jobsOf(1, row("a")))
        .as("first run, which reads the manifest while the model is opened")
        .hasSizeLessThan(20)
        .containsSubsequence(
            "Spackle: begin to open the model",
            "Spackle: count the rows of the manifest",
            "Spackle: open the model");
    assertThat(jobsOf(1, row("a")))
        .as("nothing to do")
        .hasSizeLessThan(20)
        .contains("Spackle: find the rows to process")
        .doesNotContain("Spackle: begin to open the model", "Spackle: open the model");
    String more = row("a") + row("b");
    assertThat(jobsOf(2, more))
        .as("one more row")
        .hasSizeLessThan(25)
        .contains("Spackle: open the model");
    Result refused = run(more + row("c"), "-D", "model.device=cuda");
    assertThat(refused.code()).as("this machine has none").isEqualTo(2);
    assertThat(messages).contains("the model", "cannot be opened");
    assertThat(run(more + row("c")).number("succeeded")).isEqualTo(1);
  }

  /** The descriptions of the Spark jobs of a run, after which the output has some rows. */
  private List<String> jobsOf(int rows, String manifest) throws Exception {
    List<String> jobs = Collections.synchronizedList(new ArrayList<>());
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.add(String.valueOf(start.properties().getProperty("spark.job.description")));
          }
        };
    SPARK.sparkContext().listenerBus().waitUntilEmpty();
    SPARK.sparkContext().addSparkListener(listener);
    var adaptive = SPARK.conf().getAll().get("spark.sql.adaptive.enabled");
    try {
      Result done = run(manifest);
      assertThat(SPARK.conf().getAll().get("spark.sql.adaptive.enabled"))
          .as("the setting for few rows does not stay")
          .isEqualTo(adaptive);
      assertThat(done.number("succeeded") + done.number("skipped")).as(messages).isEqualTo(rows);
      SPARK.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      SPARK.sparkContext().removeSparkListener(listener);
    }
    return jobs;
  }

  @Test
  void retriedRowMayFailAgain() throws IOException {
    String rows = row("a") + row("b", "never.png", "x");
    run(rows);
    Result end = run(rows, "-D", "output.retry-codes=[FETCH_NOT_FOUND]");
    assertThat(end.number("failed")).isEqualTo(1);
    assertThat(codes()).isEqualTo(Map.of("a", "", "b", "FETCH_NOT_FOUND"));
  }

  @Test
  void allRowsOfAFileCanBeReplaced() throws IOException {
    run(row("a"));
    String rows = row("a") + row("b", "late.png", "x");
    run(rows);
    drawImage("late.png");
    assertThat(run(rows, "--retry-codes", "FETCH_NOT_FOUND").code()).isZero();
    assertThat(codes()).isEqualTo(Map.of("a", "", "b", ""));
  }

  @Test
  void unknownErrorCodeIsRefusedWithTheValidOnes() throws IOException {
    Result end = run(row("a"), "--retry-codes", "FETCH_TIMEOUT,NO_SUCH");
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages)
        .contains("output.retry-codes is", "NO_SUCH", "ROW_MALFORMED", "FETCH_TIMEOUT, FETCH_NOT");
    assertThat(output).doesNotExist();
  }

  @Test
  void metaRowOfAChangedRowReplacesTheOldOne() throws IOException {
    run(row("a") + row("b") + row("c"), "-D", "defaults.samples=2");
    assertThat(images()).hasSize(6);
    Result end = run(row("a", "photo.png", "another prompt") + row("c"));
    assertThat(end.number("succeeded")).as("c has another number of samples").isEqualTo(2);
    assertThat(codes())
        .as("b is not in the manifest any more, but stays")
        .containsOnlyKeys("a", "b", "c");
    assertThat(prompt("a")).isEqualTo("another prompt");
    assertThat(images()).containsExactlyInAnyOrder("a-0", "b-0", "b-1", "c-0");
    assertThat(messages).contains("2 orphaned images, which no meta row names, were deleted");
    assertThat(run(row("a")).number("succeeded")).as("changed back").isEqualTo(1);
    assertThat(prompt("a")).isEqualTo("x");
    assertThat(table()).hasSize(3);
  }

  @Test
  void anotherFormatOrEdgeOfTheMaskKeepsTheDerivedSeed() throws IOException {
    run(row("a"));
    long seed = seed("a");
    Result end = run(row("a"), "-D", "output.image-format=webp", "-D", "image.mask-blur=2");
    assertThat(end.number("succeeded")).isEqualTo(1);
    assertThat(seed("a")).isEqualTo(seed);
    run(row("a", "photo.png", "another prompt"));
    assertThat(seed("a")).isNotEqualTo(seed);
  }

  @Test
  void aUrlThatIsSignedAnewIsNotAnotherRow() throws IOException {
    String url = "http://127.0.0.1:9/photo.png?X-Amz-Date=%1$s&v=1&X-Amz-Signature=%1$s";
    run(row("a", url.formatted("1"), "x"));
    assertThat(run(row("a", url.formatted("2"), "x")).number("skipped")).isEqualTo(1);
    assertThat(run(row("a", url.formatted("2") + "&w=64", "x")).number("skipped")).isZero();
  }

  private long seed(String id) {
    return meta().get(id).<Row>getAs("meta").<Long>getAs("seed");
  }

  @Test
  void duplicatesKeepTheirMetaRows() throws IOException {
    run(row("a") + row("A") + row("b"));
    Result end = run(row("a", "photo.png", "new") + row("A") + row("b"));
    assertThat(end.number("skipped")).isEqualTo(2);
    assertThat(table()).hasSize(3);
    assertThat(codes()).isEqualTo(Map.of("a", "", "A", "ID_DUPLICATE", "b", ""));
  }

  @Test
  void columnsOfOlderMetaRowsAreKept() throws IOException {
    String first = row("a").replace("}", ", \"shelf\": 7}") + row("b", "late.png", "x");
    run(first);
    drawImage("late.png");
    run(row("a") + row("b", "late.png", "x"), "--retry-codes", "FETCH_NOT_FOUND");
    Map<String, Row> meta = meta();
    assertThat(codes()).isEqualTo(Map.of("a", "", "b", ""));
    assertThat(meta.get("a").<Long>getAs("shelf")).isEqualTo(7);
    assertThat(table().get(0).schema().fieldNames())
        .as("columns of Spackle's own")
        .noneMatch(name -> name.startsWith("_spackle"));
  }

  @Test
  void olderMetaRowsLackFieldsOfStructs() throws IOException {
    String rows =
        IntStream.range(0, 12)
            .mapToObj(i -> row("id" + i, i % 2 == 0 ? "photo.png" : "late.png", "x"))
            .collect(Collectors.joining());
    run(rows);
    for (String file : metaFiles()) {
      dropReference(output.resolve("meta").resolve(file));
    }
    drawImage("late.png");
    Result end = run(rows, "--retry-codes", "FETCH_NOT_FOUND");
    assertThat(end.code()).as(messages).isZero();
    assertThat(codes().values()).hasSize(12).containsOnly("");
    Row meta = meta().get("id0").getAs("meta");
    assertThat(meta.<String>getAs("prompt")).isEqualTo("x");
    assertThat(meta.<String>getAs("reference_image")).isNull();
  }

  /** Rewrites a file of meta rows as versions without reference images wrote it. */
  private void dropReference(Path file) throws IOException {
    Path older = folder.resolve("older");
    Seq<String> reference = CollectionConverters.asScala(List.of("reference_image")).toSeq();
    SPARK
        .read()
        .parquet(file.toString())
        .withColumn("meta", functions.col("meta").dropFields(reference))
        .withColumn("digests", functions.col("digests").dropFields(reference))
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(older.toString());
    try (Stream<Path> parts = Files.list(older)) {
      Path part =
          parts.filter(path -> path.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
  }

  @Test
  void readersSeeEachRowOnceDuringReplacement() throws IOException {
    String rows =
        IntStream.range(0, 40)
            .mapToObj(i -> row("id" + i, i % 2 == 0 ? "photo.png" : "late.png", "x"))
            .collect(Collectors.joining());
    run(rows, "-D", "output.rows-per-file=4");
    drawImage("late.png");
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<List<Integer>> reading = CompletableFuture.supplyAsync(() -> failures(done));
    Result end = run(rows, "-D", "output.rows-per-file=4", "--retry-codes", "FETCH_NOT_FOUND");
    done.set(true);
    assertThat(end.number("succeeded")).isEqualTo(20);
    assertThat(reading.join()).as("failed rows").isSortedAccordingTo((a, b) -> b - a).contains(20);
    assertThat(codes().values()).containsOnly("");
  }

  /** The numbers of failed rows at each read; every read must see 40 distinct rows. */
  private List<Integer> failures(AtomicBoolean done) {
    List<Integer> failed = new ArrayList<>();
    while (!done.get()) {
      try {
        List<Row> rows = table();
        assertThat(rows).extracting(row -> row.<String>getAs("id")).doesNotHaveDuplicates();
        assertThat(rows).hasSize(40);
        failed.add((int) rows.stream().filter(row -> !code(row).isEmpty()).count());
      } catch (Exception e) {
        // Spark remembers the lengths of files, and fails to read one that has changed since.
        assertThat(e).isInstanceOf(SparkException.class);
      }
    }
    return failed;
  }

  @Test
  void orphanedImagesAreDeletedAfterACrash() throws IOException {
    run(row("a"));
    Path dead = output.resolve("images/77/cat-0.png");
    Files.createDirectories(dead.getParent());
    Files.writeString(dead, "written by a run that crashed");
    Path mine = Files.writeString(dead.resolveSibling("notes.txt"), "not Spackle's");
    run(row("a") + row("b"));
    assertThat(dead).as("not looked for without a crash").exists();
    Files.createDirectories(output.resolve("meta/.spackle-dead"));
    run(row("a") + row("b") + row("c"));
    assertThat(dead).doesNotExist();
    assertThat(mine).exists();
    assertThat(images()).contains("a-0", "b-0", "c-0");
  }

  @Test
  void concurrentRunIsRefused() throws IOException {
    OutputFolder shared = OutputFolder.of(output.toString(), new Configuration());
    try (Lease lease = shared.acquireLease("other", Duration.ofMinutes(2), () -> {})) {
      Result end = run(row("a"));
      assertThat(end.code()).isEqualTo(2);
      assertThat(messages).contains("is being written by the run other on ");
      lease.requireHeld();
    }
    assertThat(run(row("a")).code()).isZero();
  }

  /** The exit code depends on the whole manifest, not only on the rows of the last run. */
  @Test
  void skippedFailuresCountTowardsTheFailedShare() throws IOException {
    String rows = row("a") + row("b") + row("c", "never.png", "x");
    String[] share = {"-D", "failures.max-share=0.3"};
    assertThat(run(rows, share).code()).isEqualTo(3);
    assertThat(run(rows, share).code()).as("a rerun does not change it").isEqualTo(3);
    assertThat(run(rows + row("d"), share).code()).as("one in four").isZero();
  }

  private Result run(String manifest, String... arguments) throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), manifest);
    Path conf =
        Files.writeString(
            folder.resolve("job.conf"),
            """
            spackle {
              manifest { path = "%s", base = "%s" }
              output.path = out
              model { path = "%s", device = cpu }
              fetch.allow-files = [.]
              report.enabled = false
              defaults { width = 64, height = 64, num-inference-steps = 1 }
            }
            """
                .formatted(rows, folder, TestJob.bundle("idle-sd15-inpaint")));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] all =
        Stream.concat(Stream.of(conf.toString()), Stream.of(arguments)).toArray(String[]::new);
    int code =
        InpaintJob.run(all, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    messages = err.toString(UTF_8);
    return new Result(code, new ObjectMapper().readTree(out.toString(UTF_8)));
  }

  private static String row(String id) {
    return row(id, "photo.png", "x");
  }

  private static String row(String id, String photo, String prompt) {
    return """
    {"id": "%s", "init_image": "%s", "mask_image": "mask.png", "prompt": %s}
    """
        .formatted(id, photo, prompt == null ? null : '"' + prompt + '"');
  }

  private void drawImage(String name) throws IOException {
    ImageFiles.write(folder.resolve(name), 64, 64, (x, y) -> 2 * x + y);
  }

  private List<Row> table() {
    String meta = output.resolve("meta").toString();
    return SPARK.read().option("mergeSchema", "true").parquet(meta).collectAsList();
  }

  private Map<String, Row> meta() {
    List<Row> rows = table();
    Map<String, Row> byId = new TreeMap<>();
    rows.forEach(row -> byId.put(row.getAs("id"), row));
    assertThat(byId).as("no id twice").hasSameSizeAs(rows);
    return byId;
  }

  private Map<String, String> codes() {
    Map<String, String> codes = new TreeMap<>();
    meta().forEach((id, row) -> codes.put(id, code(row)));
    return codes;
  }

  private static String code(Row meta) {
    Row error = meta.getAs("error");
    return error == null ? "" : error.getAs("code");
  }

  private String prompt(String id) {
    return meta().get(id).<Row>getAs("meta").getAs("prompt");
  }

  private List<String> images() throws IOException {
    try (Stream<Path> files = Files.walk(output.resolve("images"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".png"))
          .map(name -> name.substring(0, name.length() - 4))
          .toList();
    }
  }

  private List<String> metaFiles() throws IOException {
    return names(output.resolve("meta")).stream().filter(name -> !name.startsWith(".")).toList();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
