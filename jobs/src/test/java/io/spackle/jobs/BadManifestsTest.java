package io.spackle.jobs;

import static io.spackle.row.ErrorCode.ID_DUPLICATE;
import static io.spackle.row.ErrorCode.ID_INVALID;
import static io.spackle.row.ErrorCode.ROW_INVALID;
import static io.spackle.row.ErrorCode.ROW_MALFORMED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests: numbers 1 to 15 of the list of bad inputs. */
class BadManifestsTest {

  private static final String ROW =
      """
      {"init_image": "/none.png", "mask_image": "/none.png", "prompt": "x"}
      """;

  @TempDir static Path shared;

  private static JobRows rows;

  @TempDir Path folder;

  @BeforeAll
  static void runOneManifestWithAllThatIsBadInRows() throws IOException {
    rows = new JobRows(shared);
    rows.bytes("\u00EF\u00BB\u00BF".getBytes(ISO_8859_1)).row("after the mark");
    rows.line("{\"id\": \"cut\", \"prompt\": ").line("[1, 2]");
    rows.bytes("{\"id\": \"caf\u00E9\", \"prompt\": \"x\"}\n".getBytes(ISO_8859_1));
    rows.row(null, "prompt", "without an id").row("  ", "prompt", "with a blank id");
    rows.row("twin", "prompt", "first").row("twin", "prompt", "second");
    rows.row("Stra\u00DFe").row("STRASSE").row("caf\u00E9").row("cafe\u0301");
    rows.row("../../escaped").row("/abs").row("a\\b").row(".");
    rows.row("line\nbreak").row("return\r").row("nul\0").row("bidi\u202Egnp.exe");
    rows.row("x".repeat(513)).row("y".repeat(512));
    rows.row("further", "shelf", 17);
    rows.run("spackle.output.rows-per-file = 7");
  }

  @Test
  void b01_missingManifest_isRefused() throws IOException {
    JobResult.run(folder, "none.jsonl", null, "").isRefused("none.jsonl cannot be read");
  }

  @Test
  void b01_unreadableManifest_isRefused() throws IOException {
    JobResult.run(folder, "rows.jsonl.gz", "no gzip".getBytes(UTF_8), "")
        .isRefused("rows.jsonl.gz cannot be read");
  }

  @Test
  void b02_manifestWithoutRows_givesAnEmptyOutput() throws IOException {
    JobResult result = JobResult.run(folder, "", "").isDone();
    assertThat(result.line().path("rows").asInt()).isZero();
    assertThat(result.meta()).isEmpty();
  }

  @Test
  void b02_manifestWithoutRows_saysSo() throws IOException {
    byte[] header = "init_image,mask_image,prompt\n".getBytes(UTF_8);
    assertThat(JobResult.run(folder, "rows.csv", header, "").isDone().messages())
        .containsOnlyOnce("Warning: the manifest " + folder.resolve("rows.csv") + " has no rows");
  }

  @Test
  void b03_columnsOfOtherTools_areNamedInstead() throws IOException {
    JobResult.run(folder, "{\"image\": \"/a\", \"mask\": \"/m\", \"prompt\": \"x\"}\n", "")
        .isRefused(
            "no column init_image, but a column image: rename it to init_image",
            "no column mask_image, but a column mask: rename it to mask_image");
  }

  @Test
  void b03_missingAndMistypedColumns_areRefusedByName() throws IOException {
    JobResult.run(folder, "{\"init_image\": 5, \"prompt\": \"x\"}\n", "")
        .isRefused("column init_image is of type bigint, expected string");
    JobResult.run(folder, "{\"init_image\": \"/a\", \"prompt\": \"x\"}\n", "")
        .isRefused("no column mask_image, nor mask_from or extend");
  }

  @Test
  void b04_malformedJsonLines_failWithTheirLineNumbers() {
    assertThat(rows.failed(ROW_MALFORMED))
        .extracting(JobRows::message)
        .anyMatch(message -> message.startsWith("line 2: "))
        .anyMatch(message -> message.startsWith("line 3: "));
  }

  @Test
  void b04_malformedCsvRecords_failWithTheirNumbers() throws IOException {
    String csv = "init_image,mask_image,prompt\n/a,/b,x\n/a\n/a,/b,x,y\n";
    JobResult result = JobResult.run(folder, "rows.csv", csv.getBytes(UTF_8), "").isComplete();
    assertThat(result.meta())
        .filteredOn(row -> "ROW_MALFORMED".equals(JobRows.code(row)))
        .extracting(row -> JobRows.message(row).substring(0, 8))
        .containsExactlyInAnyOrder("line 3: ", "line 4: ");
  }

  @Test
  void b04_aQuoteThatIsNotClosed_failsItsRecordAlone() throws IOException {
    ImageFiles.write(folder.resolve("a.png"), 64, 64, (x, y) -> x);
    ImageFiles.write(folder.resolve("m.png"), 64, 64, (x, y) -> 255);
    String csv =
        """
        id,init_image,mask_image,prompt
        one,a.png,m.png,"a cat
        two,a.png,m.png,"a dog"
        three,a.png,m.png,"a bird,
        on a bench"
        """;
    JobResult result =
        JobResult.run(folder, "rows.csv", csv.getBytes(UTF_8), "spackle.manifest.base = \".\"")
            .isDone();
    assertThat(result.meta()).hasSize(3);
    assertThat(result.meta())
        .filteredOn(row -> JobRows.code(row) == null)
        .extracting(row -> row.<Row>getAs("meta").<String>getAs("prompt"))
        .containsExactlyInAnyOrder("a dog", "a bird,\non a bench");
    assertThat(result.meta())
        .filteredOn(row -> ROW_MALFORMED.name().equals(JobRows.code(row)))
        .extracting(JobRows::message)
        .containsExactly(
            "line 2: a quotation mark that is not closed before line 3 found, a closing one"
                + " expected");
  }

  @Test
  void b04_aJsonArray_isItsRows() throws IOException {
    String rows = "[" + ROW.strip() + ",\n" + ROW.replace("\"x\"", "\"y\"") + "]";
    JobResult result = JobResult.run(folder, "rows.json", rows.getBytes(UTF_8), "").isComplete();
    assertThat(result.line().path("rows").asInt()).isEqualTo(2);
    assertThat(result.meta()).hasSize(2);
  }

  @Test
  void b05_invalidUtf8_fails_byteOrderMarkIsAccepted() {
    assertThat(rows.failed(ROW_MALFORMED))
        .extracting(JobRows::message)
        .anyMatch(message -> message.startsWith("line 4: "))
        .hasSize(3);
    rows.image("after the mark");
  }

  @Test
  void b06_nullOrBlankId_isDerivedFromTheContent() {
    for (String prompt : new String[] {"without an id", "with a blank id"}) {
      assertThat(rows.meta())
          .filteredOn(row -> prompt.equals(row.<Row>getAs("meta").getAs("prompt")))
          .singleElement()
          .satisfies(row -> assertThat(row.<String>getAs("id")).matches("[0-9a-f]{32}"))
          .satisfies(row -> assertThat(JobRows.message(row)).isNull());
    }
  }

  @Test
  void b07_firstRowOfAnId_isKept() {
    assertThat(rows.meta())
        .filteredOn(row -> "twin".equals(row.getAs("id")))
        .hasSize(2)
        .anySatisfy(
            row -> {
              assertThat(row.<Row>getAs("meta").<String>getAs("prompt")).isEqualTo("first");
              assertThat(row.<String>getAs("status")).isEqualTo("success");
            })
        .anySatisfy(row -> assertThat(JobRows.code(row)).isEqualTo(ID_DUPLICATE.name()));
  }

  @Test
  void b08_idsEqualAfterNormalization_areDuplicates() {
    rows.image("Stra\u00DFe");
    rows.isFailed("STRASSE", ID_DUPLICATE, "earlier row");
    rows.image("caf\u00E9");
    rows.isFailed("cafe\u0301", ID_DUPLICATE, "earlier row");
  }

  @Test
  void b09_idsThatLookLikePaths_areEncoded() {
    Path images = shared.resolve("out/images").toAbsolutePath();
    for (String id : new String[] {"../../escaped", "/abs", "a\\b", "."}) {
      rows.image(id);
      Row row = rows.of(id);
      Path file = Path.of(row.<String>getList(row.fieldIndex("output")).get(0));
      assertThat(file.normalize()).isEqualTo(file).startsWith(images);
      assertThat(images.relativize(file).getNameCount()).isEqualTo(2);
      assertThat(file.getFileName().toString()).matches("[A-Za-z0-9%][A-Za-z0-9%._-]*-0\\.png");
    }
    assertThat(shared.resolve("escaped-0.png")).doesNotExist();
  }

  @Test
  void b10_idsWithControlCharacters_fail() {
    assertThat(rows.failed(ID_INVALID))
        .extracting(JobRows::message)
        .anyMatch(message -> message.contains("\"line\\u000abreak\" found"))
        .anyMatch(message -> message.contains("\"return\\u000d\" found"))
        .anyMatch(message -> message.contains("\"nul\\u0000\" found"))
        .anyMatch(message -> message.contains("\"bidi\\u202egnp.exe\" found"));
  }

  @Test
  void b11_idsOver512Bytes_fail() {
    assertThat(rows.failed(ID_INVALID))
        .extracting(JobRows::message)
        .anyMatch(message -> message.contains("513 bytes found, at most 512 expected"));
    rows.image("y".repeat(512));
  }

  @Test
  void b12_unknownColumns_passThrough() {
    assertThat(rows.of("further").<Long>getAs("shelf")).isEqualTo(17L);
  }

  @Test
  void b12_columnsOfOtherTools_areReportedOnce() throws IOException {
    String row = ROW.replace("}", ", \"steps\": 30, \"cfg_scale\": 7, \"shelf\": 1}");
    assertThat(JobResult.run(folder, row + row, "").isComplete().messages())
        .containsOnlyOnce(
            "Warning: the manifest's column steps is not used, only copied to the meta rows: did"
                + " you mean num_inference_steps?")
        .containsOnlyOnce("did you mean guidance_scale?")
        .doesNotContain("shelf");
  }

  @Test
  void b13_manifestChangedDuringTheRun_isReported() throws IOException {
    Path manifest = folder.resolve("rows.jsonl");
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Files.writeString(manifest, ROW, StandardOpenOption.APPEND);
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
      JobResult result =
          JobResult.run(
                  folder,
                  ROW.replace("/none.png", url),
                  "spackle.fetch.allow-private = [127.0.0.1]")
              .isComplete();
      assertThat(result.messages()).contains("rows.jsonl changed during the run");
      assertThat(result.summary().path("manifest_changed").asBoolean()).isTrue();
      assertThat(result.meta()).hasSize(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void b14_parquetWithCorruptFooter_isRefused() throws IOException {
    byte[] bytes = "PAR1 some bytes \5\0\0\0PAR1".getBytes(UTF_8);
    JobResult.run(folder, "rows.parquet", bytes, "").isRefused("rows.parquet cannot be read");
  }

  /** Large rows stand for many; the driver receives nothing but the results of tasks. */
  @Test
  void b15_rows_areNeverCollectedOnTheDriver() throws IOException {
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      String prompt = "word".repeat(15000) + i;
      manifest.append(ROW.replace("\"x\"", '"' + prompt + "\", \"seed\": \"none\""));
    }
    AtomicLong largest = new AtomicLong();
    AtomicLong all = new AtomicLong();
    SparkListener results =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            long size = end.taskMetrics() == null ? 0 : end.taskMetrics().resultSize();
            largest.accumulateAndGet(size, Math::max);
            all.addAndGet(size);
          }
        };
    SparkSession spark = TestSpark.session();
    spark.sparkContext().addSparkListener(results);
    try {
      JobResult result = JobResult.run(folder, manifest.toString(), "").isComplete();
      assertThat(result.line().path("failed").asInt()).isEqualTo(60);
    } finally {
      spark.sparkContext().removeSparkListener(results);
    }
    assertThat(manifest.length()).isGreaterThan(3_500_000);
    assertThat(all.get()).as("bytes of all results").isBetween(1L, 500_000L);
    assertThat(largest.get()).isLessThan(100_000L);
  }

  @Test
  void everyManifestRowHasOneMetaRow() {
    assertThat(rows.meta()).hasSize(23);
    assertThat(rows.result().line().path("rows").asInt()).isEqualTo(23);
    assertThat(rows.failed(ROW_INVALID)).isEmpty();
  }
}
