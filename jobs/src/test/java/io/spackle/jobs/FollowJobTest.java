package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.output.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that take the manifest files of a folder as they come. */
class FollowJobTest {

  private static final SparkSession SPARK = TestSpark.session();

  @TempDir Path folder;
  private JobRows rows;
  private String messages;

  @BeforeEach
  void drawImages() throws IOException {
    rows = new JobRows(folder);
    Files.createDirectory(folder.resolve("in"));
  }

  @Test
  void newFilesAreProcessedAndTheirRowsReplaceEarlierOnesOfTheirIds() throws Exception {
    put("1", 1000, row("a", "one"), row("b", "one"));
    put("2", 2000, row("A", "two"), row("c", "two"), row("c", "twice in one file"));
    JsonNode first = follow(0);
    assertThat(first.get("rows").asInt()).as("without the first row of a").isEqualTo(4);
    assertThat(messages)
        .contains("Taking files of the manifest " + folder + "/in/*.jsonl: 2 new\n")
        .contains("Skipped: 1 row that a later file replaces, such as a");
    assertThat(prompts())
        .isEqualTo(
            Map.of("b", "one", "A", "two", "c", "two", "c ID_DUPLICATE", "twice in one file"));
    put("3", 500, row("b", "three"), row("d", "three"));
    JsonNode second = follow(0);
    assertThat(second.get("rows").asInt()).isEqualTo(2);
    assertThat(second.get("succeeded").asInt()).isEqualTo(2);
    assertThat(prompts()).containsEntry("b", "three").containsEntry("A", "two").hasSize(5);
    assertThat(images()).containsExactlyInAnyOrder("A-0", "b-0", "c-0", "d-0");
  }

  @Test
  void withNothingNewACommandEndsWithoutASparkJob() throws Exception {
    put("1", 1000, row("a", "one"));
    follow(0);
    AtomicInteger jobs = new AtomicInteger();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    SPARK.sparkContext().listenerBus().waitUntilEmpty();
    SPARK.sparkContext().addSparkListener(listener);
    JsonNode line;
    try {
      line = follow(0);
      SPARK.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      SPARK.sparkContext().removeSparkListener(listener);
    }
    assertThat(jobs).hasValue(0);
    assertThat(line.get("status").asText()).isEqualTo("done");
    assertThat(line.get("rows").asInt()).isZero();
    assertThat(line.get("seconds").asDouble()).isLessThan(2);
    assertThat(messages).contains("No new files in the manifest");
  }

  /**
   * The host of late.png is down. The file of its row is taken again, and keeps its place: its row
   * of b, which a later file has replaced meanwhile, does not come back, even though that file is
   * gone.
   */
  @Test
  void filesOfFailedRowsAreTakenAgainBeforeTheFilesAfterThem() throws Exception {
    try (FaultyServer host = new FaultyServer().on("/late.png", exchange -> exchange.close())) {
      String late = rows.validRow("late", "init_image", host.url("/late.png")).toString();
      put("1", 1000, late, row("b", "one"));
      assertThat(follow(0).get("failed").asInt()).isEqualTo(1);
      put("2", 2000, row("b", "two"));
      JsonNode second = follow(0);
      assertThat(messages).contains("/in/*.jsonl: 1 new, and 1 again");
      assertThat(second.get("failed").asInt()).isEqualTo(1);
      assertThat(second.get("succeeded").asInt()).isEqualTo(1);
      assertThat(prompts()).containsEntry("b", "two");
      Files.delete(folder.resolve("in/2.jsonl"));
      JsonNode third = follow(3);
      assertThat(third.get("failed").asInt()).as("the third attempt").isEqualTo(1);
      assertThat(third.get("succeeded").asInt()).as("b is left").isZero();
      assertThat(prompts()).containsEntry("b", "two");
      assertThat(follow(0).get("rows").asInt()).as("output.max-attempts runs have tried").isZero();
    }
  }

  @Test
  void whileAnotherRunHoldsTheLeaseFilesAreNotTaken() throws Exception {
    put("1", 1000, row("a", "one"));
    OutputFolder output = OutputFolder.of(folder.resolve("out").toString(), new Configuration());
    try (Lease lease = output.acquireLease("other", Duration.ofMinutes(2), () -> {})) {
      follow(2);
      assertThat(messages).contains("is being written by the run other on ");
      lease.requireHeld();
    }
    assertThat(follow(0).get("succeeded").asInt()).isEqualTo(1);
  }

  @Test
  void availableNowIsAWayToFollow() throws Exception {
    JobResult result = JobResult.of(conf(), folder.resolve("out"), "--available-now");
    result.isRefused("--available-now is given without --follow");
  }

  private JsonNode follow(int code) throws IOException {
    JobResult result = JobResult.of(conf(), folder.resolve("out"), "--follow", "--available-now");
    messages = result.messages();
    assertThat(result.code()).as(messages).isEqualTo(code);
    return result.line();
  }

  private Path conf() throws IOException {
    return Files.writeString(
        folder.resolve("job.conf"),
        JobResult.baseConf("in/*.jsonl")
            + "spackle.fetch { allow-private = [127.0.0.1], retries = 0 }");
  }

  private String row(String id, String prompt) {
    return rows.validRow(id, "prompt", prompt).toString();
  }

  private void put(String name, long modified, String... lines) throws IOException {
    Path file = folder.resolve("in/" + name + ".jsonl");
    Files.writeString(file, String.join("\n", lines) + "\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
  }

  /** Prompts by id, with the error code of a failed row; fails if two rows have the same. */
  private Map<String, String> prompts() {
    Map<String, String> prompts = new TreeMap<>();
    String meta = folder.resolve("out/meta").toString();
    for (Row row : SPARK.read().parquet(meta).collectAsList()) {
      String code = JobRows.code(row);
      String id = row.getAs("id") + (code == null ? "" : " " + code);
      assertThat(prompts.put(id, row.<Row>getAs("meta").getAs("prompt"))).as(id).isNull();
    }
    return prompts;
  }

  private List<String> images() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("out/images"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".png"))
          .map(name -> name.replace(".png", ""))
          .toList();
    }
  }
}
