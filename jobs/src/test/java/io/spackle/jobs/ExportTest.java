package io.spackle.jobs;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.run.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets of the results of try-on jobs. */
class ExportTest {

  private static final int PERSONS = 6;
  private static final int GARMENTS = 5;

  /** The files of a job with all pairs of a few persons and garments, which every test exports. */
  @TempDir static Path folder;

  @TempDir Path other;

  private static Path conf;

  @BeforeAll
  static void run() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int person = 0; person < PERSONS; person++) {
      draw(folder.resolve("people/p%d.png".formatted(person)), 40 * person);
      for (int garment = 0; garment < GARMENTS; garment++) {
        rows.append(row("p%d.g%d".formatted(person, garment), person, garment, "mask.png"));
      }
    }
    for (int garment = 0; garment < GARMENTS; garment++) {
      draw(folder.resolve("clothes/g%d.png".formatted(garment)), 1000 + 50 * garment);
    }
    Files.createDirectories(folder.resolve("masks"));
    mask("mask.png", 255);
    mask("black.png", 0);
    rows.append(row("unmasked", 0, 0, "black.png")).append(row("lost", 0, 99, "mask.png"));
    rows.append("{\"id\": \"cut\n");
    conf = job(folder, rows.toString());
    JobResult.of(conf).isDone();
  }

  @Test
  void aVitonDataSetHasTheFoldersAndListsOfVitonHd() throws IOException {
    Path to = other.resolve("set");
    JsonNode description = export("viton", to, "--test-share", "0.4");
    assertThat(description).isEqualTo(json(to.resolve("dataset.json")));
    int samples = 0;
    for (String split : List.of("train", "test")) {
      List<String> pairs = Files.readAllLines(to.resolve(split + "_pairs.txt"));
      samples += pairs.size();
      assertThat(pairs)
          .as(split)
          .isNotEmpty()
          .isSorted()
          .allMatch(s -> s.matches("p\\d.png g\\d.png"));
      assertThat(description.at("/samples/" + split).asInt()).isEqualTo(pairs.size());
      assertThat(names(to.resolve(split + "/image"))).isEqualTo(column(pairs, 0));
      assertThat(names(to.resolve(split + "/cloth"))).isEqualTo(column(pairs, 1));
      assertThat(names(to.resolve(split + "/agnostic-mask")))
          .isEqualTo(
              column(pairs, 0).stream().map(p -> p.replace(".png", "_mask.png")).collect(toSet()));
      assertThat(names(to.resolve(split + "/result"))).hasSameSizeAs(pairs);
      for (String line : Files.readAllLines(to.resolve(split + ".jsonl"))) {
        JsonNode sample = new ObjectMapper().readTree(line);
        assertThat(pairs)
            .contains(sample.path("person").asText() + " " + sample.path("garment").asText());
        assertThat(to.resolve(split + "/result").resolve(sample.path("result").asText())).exists();
        assertThat(sample.path("caption").asText()).isEqualTo("a t-shirt");
      }
    }
    String person = Files.readString(to.resolve("train_pairs.txt")).split(" ")[0];
    assertThat(to.resolve("train/image").resolve(person))
        .hasSameBinaryContentAs(folder.resolve("people").resolve(person));
    assertThat(description.at("/left_out_rows/MASK_EMPTY").asInt()).isEqualTo(1);
    assertThat(description.at("/left_out_rows/failed").asInt()).isEqualTo(2);
    int apart = description.at("/left_out_rows/person and garment in different splits").asInt();
    assertThat(samples + apart).isEqualTo(PERSONS * GARMENTS);
  }

  @Test
  void noPersonAndNoGarmentIsInBothSplitsAndALargerShareMovesGarmentsToTestOnly()
      throws IOException {
    Set<String> before = Set.of();
    for (String share : List.of("0.3", "0.7")) {
      Path to = other.resolve("share-" + share);
      export("viton", to, "--test-share", share);
      for (String kind : List.of("image", "cloth", "agnostic-mask")) {
        assertThat(names(to.resolve("test/" + kind)))
            .as(kind)
            .isNotEmpty()
            .doesNotContainAnyElementsOf(names(to.resolve("train/" + kind)));
      }
      Set<String> test = names(to.resolve("test/cloth"));
      assertThat(test).containsAll(before);
      before = test;
    }
  }

  @Test
  void anotherExportToTheSameFolderReplacesTheFirst() throws IOException {
    Path to = other.resolve("set");
    export("viton", to, "--test-share", "1");
    Map<String, byte[]> first = files(to);
    Files.writeString(to.resolve("test/image/stale.png"), "of an older export");
    Files.write(to.resolve("test/image/p0.png"), new byte[10]);
    Files.delete(to.resolve("dataset.json"));
    Files.createDirectories(to.resolve(".spackle-export")); // as an interrupted one leaves it
    export("viton", to, "--test-share", "1");
    assertThat(files(to)).containsExactlyEntriesOf(first);
    export("webdataset", to, "--test-share", "1");
    assertThat(files(to).keySet())
        .containsExactly("dataset.json", "test-000000.tar", "test.jsonl", "train.jsonl");
  }

  @Test
  void shardsHoldEachSampleWithItsPartsOnce() throws IOException {
    Path to = other.resolve("set");
    JsonNode description =
        export("webdataset", to, "--test-share", "0.4", "--per-shard", "4", "--without", "NONE");
    for (String split : List.of("train", "test")) {
      int samples = description.at("/samples/" + split).asInt();
      List<String> shards =
          files(to).keySet().stream().filter(f -> f.matches(split + "-\\d{6}\\.tar")).toList();
      assertThat(shards).hasSize((samples + 3) / 4).startsWith(split + "-000000.tar");
      Map<String, byte[]> entries = new LinkedHashMap<>();
      for (String shard : shards) {
        entries.putAll(entries(to.resolve(shard)));
      }
      assertThat(entries).hasSize(6 * samples);
      List<String> keys = entries.keySet().stream().map(n -> n.split("\\.")[0]).toList();
      for (int i = 0; i < keys.size(); i += 6) {
        String key = keys.get(i);
        assertThat(List.copyOf(entries.keySet()).subList(i, i + 6))
            .containsExactly(
                key + ".person.png",
                key + ".garment.png",
                key + ".mask.png",
                key + ".result.png",
                key + ".txt",
                key + ".json");
        assertThat(ImageIO.read(new ByteArrayInputStream(entries.get(key + ".result.png"))))
            .isNotNull();
        assertThat(entries.get(key + ".txt")).asString().isEqualTo("a t-shirt");
      }
    }
    Map<String, byte[]> first = files(to);
    export("webdataset", to, "--test-share", "0.4", "--per-shard", "4", "--without", "NONE");
    assertThat(files(to)).containsExactlyEntriesOf(first);
  }

  @Test
  void inputsThatChangedAndResultsThatAreUselessAreLeftOut() throws IOException {
    Path job = other.resolve("job");
    StringBuilder rows = new StringBuilder();
    for (int person = 0; person < 5; person++) {
      draw(job.resolve("people/p%d.png".formatted(person)), 40 * person);
      rows.append(row("r" + person, person, 0, "mask.png"));
    }
    Path file = withGarments(job, rows.toString());
    JobResult.of(file).isDone();
    draw(job.resolve("people/p1.png"), 7777);
    Files.delete(job.resolve("people/p2.png"));
    replace(job.resolve("out/images"), "r3-0.png", new byte[] {1, 2, 3});
    Path black = ImageFiles.write(other.resolve("black.png"), 64, 64, (x, y) -> 0);
    replace(job.resolve("out/images"), "r4-0.png", Files.readAllBytes(black));
    JsonNode description = export(file, "viton", other.resolve("set"), "--test-share", "0");
    assertThat(description.path("left_out_samples"))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"input cannot be fetched": 1, "input changed since the run": 1,
                     "result has one colour": 1, "result is damaged": 1}
                    """));
    assertThat(names(other.resolve("set/train/image"))).containsExactly("p0.png");
  }

  @Test
  void filesOfOneNameGetNamesOfTheirOwn() throws IOException {
    Path job = other.resolve("job");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 2; i++) {
      draw(job.resolve("people/%d/photo.png".formatted(i)), 100 * i);
      rows.append(row("r" + i, 0, 0, "mask.png").replace("people/p0", "people/" + i + "/photo"));
    }
    Path file = withGarments(job, rows.toString());
    JobResult.of(file).isDone();
    Path to = other.resolve("set");
    export(file, "viton", to, "--test-share", "0");
    assertThat(names(to.resolve("train/image")))
        .hasSize(2)
        .allMatch(name -> name.matches("photo-[0-9a-f]{8}\\.png"));
    assertThat(names(to.resolve("train/cloth"))).containsExactly("g0.png");
  }

  @Test
  void aFolderWithOtherFilesIsRefused() throws IOException {
    Files.writeString(other.resolve("diary.txt"), "mine");
    CommandResult result = command(conf, "viton", other);
    assertThat(result.code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(result.messages()).contains("is not empty and holds no earlier export");
    assertThat(other).isDirectoryContaining(file -> file.endsWith("diary.txt"));
    assertThat(command(conf, "viton", folder.resolve("out/set")).messages()).contains("overlap");
    assertThat(command(conf, "viton", folder.resolve("x"), "--test-share", "2").messages())
        .contains("--test-share is 2.0, expected a number from 0 to 1");
  }

  @Test
  void aJobWithoutResultsIsRefused() throws IOException {
    Path file = job(other.resolve("job"), row("r", 0, 0, "mask.png"));
    CommandResult result = command(file, "viton", other.resolve("set"));
    assertThat(result.code()).isEqualTo(ExitCode.REFUSED.code());
    assertThat(result.messages()).contains("has no meta rows: run the job first");
    assertThat(other.resolve("set")).doesNotExist();
  }

  private static JsonNode export(String format, Path to, String... options) throws IOException {
    return export(conf, format, to, options);
  }

  private static JsonNode export(Path conf, String format, Path to, String... options)
      throws IOException {
    CommandResult result = command(conf, format, to, options);
    assertThat(result.code()).as(result.messages()).isZero();
    assertThat(to.resolve(".spackle-export")).doesNotExist();
    return new ObjectMapper().readTree(result.out());
  }

  private static CommandResult command(Path conf, String format, Path to, String... options) {
    TestSpark.session();
    Stream<String> fixed =
        Stream.of("export", conf.toString(), "--format", format, "--to", to.toString());
    return CommandResult.run(Stream.concat(fixed, Stream.of(options)).toArray());
  }

  private static String row(String id, int person, int garment, String mask) {
    return """
    {"id": "%s", "init_image": "people/p%d.png", "mask_image": "masks/%s", "reference_image": "clothes/g%d.png", "prompt": "a t-shirt"}
    """
        .formatted(id, person, mask, garment);
  }

  private static Path job(Path folder, String rows) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    return Files.writeString(
        folder.resolve("job.conf"),
        """
        spackle {
          manifest { path = rows.jsonl, base = "." }
          output.path = out
          model { path = "%s", device = cpu }
          defaults { width = 64, height = 64, num-inference-steps = 1, guidance-scale = 1 }
          fetch.allow-files = [.]
          report.enabled = false
        }
        """
            .formatted(TestJob.bundle("tiny-catvton")));
  }

  /** A job that shares the garments and masks of the others. */
  private static Path withGarments(Path job, String rows) throws IOException {
    Files.createDirectories(job);
    for (String part : List.of("clothes", "masks")) {
      Files.createDirectories(job.resolve(part));
      for (String name : names(folder.resolve(part))) {
        Files.copy(folder.resolve(part).resolve(name), job.resolve(part).resolve(name));
      }
    }
    return job(job, rows);
  }

  private static void draw(Path file, int seed) throws IOException {
    Files.createDirectories(file.getParent());
    ImageFiles.write(file, 64, 64, (x, y) -> (seed + 3 * x + y * y) % 256);
  }

  private static void mask(String name, int level) throws IOException {
    ImageFiles.write(folder.resolve("masks").resolve(name), 64, 64, (x, y) -> x > 20 ? level : 0);
  }

  private static void replace(Path images, String name, byte[] bytes) throws IOException {
    try (Stream<Path> files = Files.walk(images)) {
      Path file = files.filter(f -> f.endsWith(name)).findFirst().orElseThrow();
      Files.write(file, bytes);
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static Set<String> column(List<String> pairs, int column) {
    return pairs.stream().map(pair -> pair.split(" ")[column]).collect(toSet());
  }

  private static Set<String> names(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(toSet());
    }
  }

  /** All files below a folder by their paths. */
  private static TreeMap<String, byte[]> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> found = files.filter(Files::isRegularFile).toList();
      TreeMap<String, byte[]> contents = new TreeMap<>();
      for (Path file : found) {
        contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
      return contents;
    }
  }

  private static Map<String, byte[]> entries(Path shard) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (InputStream in = Files.newInputStream(shard);
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        entries.put(entry.getName(), tar.readAllBytes());
      }
    }
    return entries;
  }
}
