package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose model hangs, whose disk is full, or that the user cancels. */
@Timeout(300)
class FaultToleranceTest {

  @TempDir Path folder;

  /** All three rows are in one batch; the two others are retried. */
  @Test
  void rowThatHangsTheModelFailsAlone() throws IOException {
    TestJob job =
        TestJob.run(
            folder.resolve("job"),
            rows("wall 1", "# wall", "wall 2"),
            conf("lane.watchdog = 1s, output.rows-per-file = 3"));
    assertThat(job.line().get("succeeded").asInt()).isEqualTo(2);
    Row error = job.meta().get("# wall").getAs("error");
    assertThat(error.<String>getAs("code")).isEqualTo("MODEL_TIMEOUT");
    assertThat(error.<String>getAs("message")).contains("1.0 s", "spackle.lane.watchdog");
  }

  @Test
  void cancelledJobEndsAtOnceWithoutPartialImages() throws Exception {
    Path work = Files.createDirectories(folder.resolve("job"));
    String failing = rows("fails at once").replace("photo.png", "none.png");
    Files.writeString(
        work.resolve("rows.jsonl"), rows("wall 1", "# wall", "wall 2", "wall 3") + failing);
    String interval = conf("output.publish-interval = 100ms");
    Path conf = Files.writeString(work.resolve("job.conf"), interval + TestJob.PATHS);
    SparkContext spark = TestSpark.session().sparkContext();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    CompletableFuture<Integer> job =
        CompletableFuture.supplyAsync(
            () ->
                InpaintJob.run(
                    new String[] {conf.toString()},
                    new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                    new PrintStream(messages, true, UTF_8)));
    Path markers = work.resolve("out/.spackle-marks");
    await(() -> holdsFiles(markers));
    Thread.sleep(500); // until rows are in the model
    await(() -> holdsMetaFiles(work.resolve("out/meta")));
    long start = System.nanoTime();
    spark.cancelAllJobs();
    await(() -> runningTasks(spark) == 0);
    // The model would not end by itself. A machine that does nothing else needs a second.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(job.get()).as(messages.toString(UTF_8)).isEqualTo(1);
    await(() -> !holdsFiles(markers));
    assertThat(work.resolve("out/images")).satisfies(FaultToleranceTest::holdsNoPartialImage);
    assertThat(TestJob.meta(work.resolve("out")))
        .as("what was finished is published, although its task was killed")
        .containsKey("fails at once");
  }

  @Test
  void fullDiskFailsTheJobAndTheNextRunProcessesTheRest() throws IOException {
    FullDiskFileSystem.register(TestSpark.session().sparkContext().hadoopConfiguration());
    Path work = Files.createDirectories(folder.resolve("job"));
    Files.writeString(work.resolve("rows.jsonl"), rows(walls(12)));
    Path conf = Files.writeString(work.resolve("job.conf"), conf("") + TestJob.PATHS);
    FullDiskFileSystem.FREE.set(3 * IMAGE_BYTES);
    assertThat(run(conf, work)).isEqualTo(1);
    assertThat(work.resolve("out/images")).satisfies(FaultToleranceTest::holdsNoPartialImage);
    FullDiskFileSystem.FREE.set(Long.MAX_VALUE);
    assertThat(run(conf, work)).isZero();
    Map<String, Row> meta = TestJob.meta(work.resolve("out"));
    assertThat(meta).containsOnlyKeys(walls(12));
    assertThat(meta.values())
        .allSatisfy(row -> assertThat(row.<String>getAs("status")).isEqualTo("success"));
  }

  /** About the size of an image of 64 x 64 pixels. */
  private static final int IMAGE_BYTES = 4000;

  private static String[] walls(int count) {
    return IntStream.range(0, count).mapToObj(i -> "wall " + i).toArray(String[]::new);
  }

  private static int run(Path conf, Path work) {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    String[] arguments = {conf.toString(), "-D", "output.path=small://" + work + "/out"};
    return InpaintJob.run(arguments, nowhere, nowhere);
  }

  private static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(5));
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static int runningTasks(SparkContext spark) {
    return Stream.of(spark.statusTracker().getExecutorInfos())
        .mapToInt(executor -> executor.numRunningTasks())
        .sum();
  }

  private static boolean holdsFiles(Path folder) {
    String[] names = folder.toFile().list();
    return names != null && names.length > 0;
  }

  private static boolean holdsMetaFiles(Path folder) {
    String[] names = folder.toFile().list((parent, name) -> name.endsWith(".parquet"));
    return names != null && names.length > 0;
  }

  private static void holdsNoPartialImage(Path images) throws IOException {
    if (Files.exists(images)) {
      try (Stream<Path> files = Files.walk(images)) {
        assertThat(files.filter(Files::isRegularFile))
            .allSatisfy(file -> assertThat(ImageFiles.read(file).width()).isEqualTo(64));
      }
    }
  }

  private String rows(String... prompts) throws IOException {
    Path photo = ImageFiles.write(folder.resolve("photo.png"), 64, 64, (x, y) -> 2 * x + y);
    Path mask = ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
    StringBuilder rows = new StringBuilder();
    for (String prompt : prompts) {
      rows.append(
          """
          {"id": "%s", "init_image": "%s", "mask_image": "%s", "prompt": "%s"}
          """
              .formatted(prompt, photo, mask, prompt));
    }
    return rows.toString();
  }

  private String conf(String more) throws IOException {
    return """
    spackle {
      model.path = "%s"
      defaults { width = 64, height = 64, num-inference-steps = 2 }
      fetch.allow-files = ["%s"]
      %s
    }
    """
        .formatted(HangingModel.in(folder.resolve("model")), folder, more);
  }
}
