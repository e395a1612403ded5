package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.row.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose manifest, inputs, model and output are on S3. */
class S3JobTest {

  private static final SparkSession SPARK = TestSpark.session();
  private static final S3Server SERVER = S3Server.ofTests();
  private static final String MODEL = "idle-sd15-inpaint";

  /** The time to detect a mistake, on a busy machine. */
  private static final Duration SOON = Duration.ofSeconds(20);

  private static Path bucket;

  @TempDir static Path drawn;
  @TempDir Path folder;

  private String messages;

  /** The outcome of a job and its closing line. */
  private record Result(int code, JsonNode line) {}

  @BeforeAll
  static void fillBucket() throws IOException {
    bucket = SERVER.bucket("jobs");
    SERVER.upload(TestJob.bundle(MODEL), "s3a://jobs/models/idle");
    Path photos = Files.createDirectory(drawn.resolve("photos"));
    ImageFiles.write(photos.resolve("photo.png"), 96, 64, (x, y) -> 2 * x + y);
    ImageFiles.write(photos.resolve("mask.png"), 96, 64, (x, y) -> x > y ? 255 : 0);
    Random grain = new Random(1);
    // As a PNG more than 5 MiB, the minimum size of a part on S3.
    ImageFiles.write(photos.resolve("large.png"), 2600, 2200, (x, y) -> grain.nextInt(256));
    ImageFiles.write(photos.resolve("large-mask.png"), 2600, 2200, (x, y) -> x < 200 ? 255 : 0);
    SERVER.upload(photos, "s3a://jobs/photos");
  }

  @AfterEach
  void calmDown() {
    SERVER.proxy().refuse(0);
  }

  @Test
  void imagesOnS3AreIdenticalToThoseOnDisk() throws IOException {
    String rows = row("small", "photo") + row("other", "photo") + row("large", "large");
    SERVER.proxy().refuse(0);
    Result onS3 = runOnS3("same", rows, "s3a://jobs/photos", "image.resize=original");
    assertThat(onS3.code()).as(messages).isZero();
    assertThat(onS3.line().get("images").asInt()).as(messages).isEqualTo(3);
    List<String> requests = SERVER.proxy().requests();
    Result onDisk = runOnDisk(rows);
    assertThat(onDisk.line().get("images").asInt()).as(messages).isEqualTo(3);
    Path out = bucket.resolve("same");
    assertThat(contents(out.resolve("images")))
        .isEqualTo(contents(folder.resolve("disk/images")))
        .hasSize(3);
    assertThat(files(out))
        .allMatch(
            name ->
                name.matches(
                    "images/.*\\.png|report/.*|meta/[^.].*\\.parquet|meta/[.].*[.]fence|summary\\.json"));
    assertThat(new ObjectMapper().readTree(out.resolve("summary.json").toFile()).get("images"))
        .isEqualTo(onS3.line().get("images"));
    assertThat(meta("same").keySet()).containsExactlyInAnyOrder("small", "other", "large");
    assertThat(requests)
        .as("a large image is uploaded in parts")
        .anyMatch(is("post /jobs/.*uploads.*"));
    assertThat(requests)
        .as("no published file is renamed")
        .filteredOn(is("put /jobs/same/(?!\\.spackle-work).*"))
        .noneMatch(text -> text.contains("copy-source"));
    assertThat(requests)
        .filteredOn(is("put /jobs/same/meta/[^.].*parquet.*"))
        .isNotEmpty()
        .allMatch(text -> text.contains("if-none-match: *"));
    SERVER.upload(folder.resolve("rows.jsonl"), "s3a://jobs/followed/1.jsonl");
    assertThat(follow("same").get("skipped").asInt()).as(messages).isEqualTo(3);
    assertThat(follow("same").get("rows").asInt()).as(messages).isZero();
  }

  /** Takes what is new in a folder. */
  private JsonNode follow(String output) throws IOException {
    String[] options = {"--follow", "--available-now", "-D", "manifest.format=jsonl"};
    String conf =
        conf(
            "s3a://jobs/followed",
            "s3a://jobs",
            "s3a://jobs/models/idle",
            "s3a://jobs/" + output,
            "s3a://jobs/photos");
    return run(conf + "\nspackle.image.resize = original", options).line();
  }

  @Test
  void rowsReadOnlyAllowedAndPermittedObjects() throws IOException {
    SERVER.bucket("closed");
    hadoop("fs.s3a.bucket.closed.secret.key", "not the key");
    String rows =
        row("fine", "photo")
            + row("s3", "s3://jobs/photos/photo.png", "photos/mask.png")
            + row("none", "nothing")
            + row("outside", "s3a://jobs/models/idle/model_index.json", "photos/mask.png")
            + row("elsewhere", "s3a://other/photo.png", "photos/mask.png")
            + row("denied", "s3a://closed/photo.png", "photos/mask.png");
    Result end = runOnS3("rights", rows, "s3a://jobs/photos\", \"s3a://closed");
    assertThat(end.code()).as(messages).isZero();
    Map<String, Row> meta = meta("rights");
    assertThat(code(meta.get("fine"))).isEqualTo("none");
    assertThat(code(meta.get("s3"))).isEqualTo("none");
    assertThat(code(meta.get("none"))).isEqualTo("FETCH_NOT_FOUND");
    assertThat(code(meta.get("outside"))).isEqualTo("URL_FORBIDDEN");
    assertThat(code(meta.get("elsewhere"))).isEqualTo("URL_FORBIDDEN");
    assertThat(code(meta.get("denied"))).isEqualTo("FETCH_DENIED");
  }

  @Test
  void noRowIsLostOrDuplicatedOnABusyServer() throws IOException {
    String rows =
        IntStream.range(0, 60).mapToObj(i -> row("r" + i, "photo")).collect(Collectors.joining());
    SERVER.proxy().refuse(0.05);
    Result end = runOnS3("busy", rows, "s3a://jobs/photos", "output.rows-per-file=10");
    assertThat(end.code()).as(messages).isZero();
    assertThat(SERVER.proxy().refused()).isGreaterThan(5);
    SERVER.proxy().refuse(0);
    assertThat(end.line().get("images").asInt()).as(messages).isEqualTo(60);
    assertThat(SPARK.read().parquet("s3a://jobs/busy/meta").count()).isEqualTo(60);
    assertThat(meta("busy")).hasSize(60);
    assertThat(files(bucket.resolve("busy/images"))).hasSize(60);
  }

  @Test
  void wrongKeyIsRefusedAtOnce() throws IOException {
    SERVER.bucket("locked");
    hadoop("fs.s3a.bucket.locked.secret.key", "not the key");
    refused("s3a://locked/out", "s3a://locked/out", "AWS_ACCESS_KEY_ID");
  }

  @Test
  void missingBucketIsRefusedAtOnce() throws IOException {
    refused("s3a://missing/out", "bucket of that name");
  }

  @Test
  void unreachableServerIsRefusedAtOnce() throws IOException {
    hadoop("fs.s3a.bucket.away.endpoint", "http://127.0.0.1:9");
    refused("s3a://away/out", "fs.s3a.endpoint");
  }

  private void refused(String output, String... expected) throws IOException {
    Instant start = Instant.now();
    Result end = runOnS3(output, row("a", "photo"), "s3a://jobs/photos");
    Duration took = Duration.between(start, Instant.now());
    assertThat(end.code()).as(messages).isEqualTo(2);
    assertThat(messages).contains("spackle.output.path " + output, "expected").contains(expected);
    assertThat(took).as(messages).isLessThan(SOON);
    System.out.printf("refused %s after %.1f s%n", output, took.toMillis() / 1000.0);
  }

  /**
   * Runs a job on S3.
   *
   * @param output URI, or the name of a folder in the bucket
   */
  private Result runOnS3(String output, String rows, String allowed, String... overrides)
      throws IOException {
    String out = output.contains(":") ? output : "s3a://jobs/" + output;
    String manifest = "s3a://jobs/manifests/" + Math.abs(output.hashCode()) + ".jsonl";
    SERVER.upload(Files.writeString(folder.resolve("rows.jsonl"), rows), manifest);
    return run(
        conf(manifest, "s3a://jobs", "s3a://jobs/models/idle", out, allowed), set(overrides));
  }

  private Result runOnDisk(String rows) throws IOException {
    Path manifest = Files.writeString(folder.resolve("rows.jsonl"), rows);
    return run(
        conf(
            manifest.toString(),
            drawn.toString(),
            TestJob.bundle(MODEL).toString(),
            folder.resolve("disk").toString(),
            drawn.toString()),
        set("image.resize=original"));
  }

  private static String[] set(String... overrides) {
    return Stream.of(overrides)
        .flatMap(override -> Stream.of("-D", override))
        .toArray(String[]::new);
  }

  private Result run(String conf, String... options) throws IOException {
    Path file = Files.writeString(folder.resolve("job.conf"), conf);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        InpaintJob.run(
            Stream.concat(Stream.of(file.toString()), Stream.of(options)).toArray(String[]::new),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8));
    messages = err.toString(UTF_8);
    return new Result(code, new ObjectMapper().readTree(out.toString(UTF_8)));
  }

  private String conf(String manifest, String base, String model, String output, String allowed) {
    String options =
        SERVER.options().entrySet().stream()
            .map(option -> "\"%s\" = \"%s\"".formatted(option.getKey(), option.getValue()))
            .collect(Collectors.joining("\n    "));
    return """
        spackle {
          manifest { path = "%s", base = "%s" }
          model { path = "%s", device = cpu, cache = "%s" }
          output.path = "%s"
          fetch.allow-files = ["%s"]
          defaults { width = 64, height = 64, num-inference-steps = 2 }
          hadoop.options {
            %s
            "fs.s3a.multipart.size" = 5M
            "fs.s3a.retry.throttle.interval" = 50ms
          }
        }
        """
        .formatted(manifest, base, model, folder.resolve("cache"), output, allowed, options);
  }

  private static String row(String id, String photo) {
    String mask = photo.equals("large") ? "large-mask" : "mask";
    return row(id, "photos/" + photo + ".png", "photos/" + mask + ".png");
  }

  private static String row(String id, String image, String mask) {
    return """
        {"id": "%s", "init_image": "%s", "mask_image": "%s", "prompt": "a wall", "seed": 3}
        """
        .formatted(id, image, mask);
  }

  private static void hadoop(String option, String value) {
    SPARK.sparkContext().hadoopConfiguration().set(option, value);
  }

  private static Map<String, Row> meta(String output) {
    Map<String, Row> byId = new TreeMap<>();
    SPARK
        .read()
        .parquet("s3a://jobs/" + output + "/meta")
        .collectAsList()
        .forEach(row -> byId.put(row.getAs("id"), row));
    return byId;
  }

  private static String code(Row meta) {
    Row error = meta.getAs("error");
    return error == null ? "none" : error.getAs("code");
  }

  private static Predicate<String> is(String firstLine) {
    return text -> text.lines().findFirst().orElseThrow().matches(firstLine);
  }

  private static List<String> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The SHA-256 of each file. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (String file : files(folder)) {
      contents.put(file, Sha256.hex(Files.readAllBytes(folder.resolve(file))));
    }
    return contents;
  }
}
