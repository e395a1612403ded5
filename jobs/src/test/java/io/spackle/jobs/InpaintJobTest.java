package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.row.MetaRow;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InpaintJobTest {

  private static final SparkSession SPARK = TestSpark.session();
  private static final Path MODEL =
      Path.of(System.getProperty("bundles.dir"), "tiny-sd15-inpaint").toAbsolutePath().normalize();

  @TempDir Path folder;

  private Path output;
  private String messages;

  /** The outcome of a command and its closing line. */
  private record Result(int code, JsonNode line) {}

  @BeforeEach
  void drawImage() throws IOException {
    output = folder.resolve("out");
    draw("photo.png", Color.ORANGE, Color.BLUE);
    draw("mask.png", Color.BLACK, Color.WHITE);
  }

  @Test
  void rowsBecomeImagesAndMetaRows() throws IOException {
    String rows = row("a", "a cat") + row("b", "a dog") + "no json\n" + row("c", null);
    Result end = run(rows, "report.enabled=true");
    assertThat(end.code()).isZero();
    assertThat(end.line().toString())
        .startsWith("{\"status\":\"done\",\"rows\":4,\"succeeded\":2,\"failed\":2,\"skipped\":0,")
        .contains("\"images\":2,\"seconds\":", "\"images_per_second\":")
        .endsWith("\"output\":\"" + output + "\"}");
    Map<String, Row> meta = meta();
    assertThat(meta.get("a").<String>getAs("status")).isEqualTo("success");
    Path image = Path.of(meta.get("a").<String>getList(meta.get("a").fieldIndex("output")).get(0));
    assertThat(ImageIO.read(image.toFile()).getWidth()).isEqualTo(64);
    assertThat(code(meta.get("c"))).isEqualTo("ROW_INVALID");
    assertThat(meta.values()).filteredOn(row -> "ROW_MALFORMED".equals(code(row))).hasSize(1);
    JsonNode summary = new ObjectMapper().readTree(output.resolve("summary.json").toFile());
    assertThat(summary.get("errors").toString())
        .isEqualTo("{\"ROW_INVALID\":1,\"ROW_MALFORMED\":1}");
    assertThat(summary.get("manifest_changed").asBoolean()).isFalse();
    assertThat(names(output)).containsExactly("images", "meta", "report", "summary.json");
    assertThat(names(output.resolve("meta"))).allMatch(name -> name.endsWith(".parquet"));
    assertThat(messages).contains("4 of 4 rows (100%), 2 failed");
  }

  @Test
  void secondRunProcessesWhatTheFirstDidNot() throws IOException {
    String rows = row("a", "a cat") + row("b", "a dog");
    run(rows);
    List<String> files = names(output.resolve("meta"));
    Result same = run(rows);
    assertThat(same.line().get("skipped").asInt()).isEqualTo(2);
    assertThat(same.line().get("images").asInt()).isZero();
    assertThat(names(output.resolve("meta"))).isEqualTo(files);
    Result more = run(rows + row("c", "a bird"));
    assertThat(more.line().get("skipped").asInt()).isEqualTo(2);
    assertThat(more.line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(meta()).containsOnlyKeys("a", "b", "c");
    Result other = run(rows, "defaults.num-inference-steps=1");
    assertThat(other.line().get("succeeded").asInt()).as("other settings").isEqualTo(2);
  }

  @Test
  void promptsAreParsedAndEnhancedAsConfigured() throws IOException {
    String rows = row("a", "a ((red)) cat") + row("b", "");
    run(rows, "defaults.enhance-prompt=true", "prompt.enhance-suffix=sharp");
    Row meta = meta().get("a").getAs("meta");
    assertThat(meta.<String>getAs("prompt")).isEqualTo("a ((red)) cat");
    assertThat(meta.<String>getAs("enhance_prompt")).isEqualTo("yes");
    assertThat(meta.<String>getAs("enhanced_prompt")).isEqualTo("a ((red)) cat, sharp");
    Row empty = meta().get("b").getAs("meta");
    assertThat(empty.<String>getAs("enhance_prompt")).isEqualTo("no");
    Result same = run(rows, "defaults.enhance-prompt=true", "prompt.enhance-suffix=sharp");
    assertThat(same.line().get("skipped").asInt()).isEqualTo(2);
    Result plain =
        run(
            rows,
            "defaults.enhance-prompt=true",
            "prompt.enhance-suffix=sharp",
            "prompt.syntax=plain");
    assertThat(plain.line().get("succeeded").asInt()).as("another syntax").isEqualTo(2);
  }

  /** A crashed driver leaves the files of some tasks published and those of others hidden. */
  @Test
  void noRowIsLostOrDuplicatedAfterACrash() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      rows.append(row("id" + i, "x"));
    }
    assertThat(run(rows.toString(), "output.rows-per-file=2").code()).isZero();
    Path meta = output.resolve("meta");
    Path dead = meta.resolve(".spackle-dead/attempt/dead-000000.parquet");
    Files.createDirectories(dead.getParent());
    List<String> published = names(meta);
    // Not the first file, which Spark writes even if its task has no rows.
    Files.move(meta.resolve(published.get(published.size() - 1)), dead);
    int left = (int) count();
    assertThat(left).isBetween(1, 11);
    Result end = run(rows.toString(), "output.rows-per-file=2");
    assertThat(end.line().get("skipped").asInt()).isEqualTo(left);
    assertThat(count()).isEqualTo(12);
    assertThat(meta()).hasSize(12);
    assertThat(meta.resolve(".spackle-dead")).as("the fence of the crashed run").isRegularFile();
    assertThat(meta.resolve(".spackle-unswept")).doesNotExist();
  }

  @Test
  void overwriteDeletesOnlySpackleFiles() throws IOException {
    run(row("a", "a cat"));
    Files.writeString(output.resolve("notes.txt"), "mine");
    Result end = run(row("b", "a dog"), "output.mode=overwrite");
    assertThat(end.code()).isZero();
    assertThat(meta()).containsOnlyKeys("b");
    assertThat(output.resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void failIfExistsRefusesExistingResults() throws IOException {
    assertThat(run(row("a", "a cat"), "output.mode=fail-if-exists").code()).isZero();
    Result end = run(row("a", "a cat"), "output.mode=fail-if-exists");
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages).contains("already holds the results of a run");
  }

  @Test
  void onlyTheFirstRowOfAnIdIsProcessed() throws IOException {
    Result end = run(row("a", "first") + row("A", "second") + row("a", "first"));
    assertThat(end.line().get("succeeded").asInt()).isEqualTo(1);
    List<Row> failed = table().stream().filter(row -> code(row) != null).toList();
    assertThat(failed).extracting(InpaintJobTest::code).containsOnly("ID_DUPLICATE").hasSize(2);
    assertThat(names(output.resolve("images"))).hasSize(1);
    assertThat(run(row("a", "first") + row("A", "second")).line().get("skipped").asInt())
        .isEqualTo(2);
  }

  @Test
  void emptyManifestGivesEmptyMetaRows() throws IOException {
    Result end = run("");
    assertThat(end.code()).isZero();
    assertThat(end.line().get("rows").asInt()).isZero();
    assertThat(SPARK.read().parquet(output.resolve("meta").toString()).columns())
        .contains("status", "output", MetaRow.ROW_KEY);
    assertThat(run("").code()).isZero();
    assertThat(names(output.resolve("meta"))).hasSize(1);
  }

  @Test
  void tooManyFailuresGiveExitCode3() throws IOException {
    Result end = run(row("a", "a cat") + row("b", null), "failures.max-share=0.4");
    assertThat(end.code()).isEqualTo(3);
    assertThat(end.line().get("status").asText()).isEqualTo("failures");
    assertThat(run(row("c", "x") + row("d", null), "failures.max-share=0.5").code()).isZero();
  }

  @Test
  void allProblemsOfAJobAreListedTogetherAndNothingIsWritten() throws IOException {
    Result end =
        run(
            "{\"init_image\": \"/a\", \"prompt\": 5}\n",
            "model.path=" + folder.resolve("nothing"),
            "output.path=" + folder.resolve("photo.png/out"),
            "fetch.allow-files=[\"ftp://host/x\"]");
    assertThat(end.code()).isEqualTo(2);
    assertThat(end.line().get("status").asText()).isEqualTo("refused");
    assertThat(messages)
        .contains("column prompt is of type bigint")
        .contains("photo.png/out cannot be written", "ftp://host/x")
        .contains("nothing");
    assertThat(output).doesNotExist();
  }

  @Test
  void eraseModelNeedsNoPromptsAndGeneratesOneImagePerRow() throws IOException {
    String alone = row("a", null).replaceFirst(", \"prompt\": null", "");
    String model = "model.path=" + TestJob.bundle("tiny-erase-bytes");
    assertThat(run(alone, model).line().get("succeeded").asInt()).as(messages).isEqualTo(1);
    String many =
        row("c", "a cat")
            + row("b", null).replace("}", ", \"samples\": 2}")
            + row("d", null).replace("}", ", \"num_inference_steps\": 20, \"seed\": -1}");
    assertThat(run(many, model).line().get("failed").asInt()).isEqualTo(1);
    assertThat(code(meta().get("b"))).isEqualTo("ROW_INVALID");
    assertThat(notes(meta().get("a"))).isEmpty();
    assertThat(notes(meta().get("c"))).containsExactly("PROMPT_UNUSED");
    assertThat(notes(meta().get("d"))).containsExactly("PARAMETERS_UNUSED");
  }

  @Test
  void garmentsComeFromReferenceImages() throws IOException {
    draw("shirt.png", Color.WHITE, Color.RED);
    draw("coat.png", Color.WHITE, Color.BLACK);
    String base = "manifest.base=" + folder;
    String model = "model.path=" + TestJob.bundle("tiny-catvton");
    String rows =
        wearing("a", "\"shirt.png\"")
            + wearing("b", "\"coat.png\"")
            + wearing("c", "\"none.png\"")
            + wearing("d", "null");
    Result end = run(rows, base, model, "defaults.seed=7");
    assertThat(end.line().get("succeeded").asInt()).as(messages).isEqualTo(2);
    Row shirt = meta().get("a");
    Row meta = shirt.getAs("meta");
    assertThat(meta.<Double>getAs("guidance_scale")).isEqualTo(2.5);
    assertThat(meta.<String>getAs("reference_image"))
        .isEqualTo(folder.resolve("shirt.png").toString());
    assertThat(shirt.<Row>getAs("digests").<String>getAs("reference_image")).hasSize(64);
    assertThat(notes(shirt)).isEmpty();
    assertThat(colours(shirt)).isNotEqualTo(colours(meta().get("b")));
    assertThat(code(meta().get("c"))).isEqualTo("FETCH_NOT_FOUND");
    assertThat(code(meta().get("d"))).isEqualTo("REFERENCE_MISSING");

    String changed = rows.replace("\"shirt.png\"", "\"coat.png\"");
    assertThat(run(changed, base, model, "defaults.seed=7").line().get("succeeded").asInt())
        .as("another garment")
        .isEqualTo(1);
    assertThat(colours(meta().get("a"))).isEqualTo(colours(meta().get("b")));
  }

  @Test
  void referenceImagesAreRequiredOrRefused() throws IOException {
    Result end = run(row("a", "a cat"), "model.path=" + TestJob.bundle("tiny-catvton"));
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages)
        .contains("no column reference_image, which models of the family catvton need");
    run(row("a", "a cat").replace("}", ", \"reference_image\": \"none.png\"}"));
    assertThat(code(meta().get("a"))).isEqualTo("REFERENCE_UNUSED");
  }

  private static String wearing(String id, String garment) {
    return """
    {"id": "%s", "init_image": "photo.png", "mask_image": "mask.png", "reference_image": %s}
    """
        .formatted(id, garment);
  }

  @Test
  void promptsComeFromRowsOrTheDefault() throws IOException {
    String silent = row("a", null).replaceFirst(", \"prompt\": null", "");
    Result end = run(silent);
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages).contains("no column prompt, which models of the family sd15 need");
    assertThat(run(silent, "defaults.prompt=a wall").code()).isZero();
    assertThat(meta().get("a").<Row>getAs("meta").<String>getAs("prompt")).isEqualTo("a wall");
  }

  @Test
  void missingManifestIsRefused() {
    Result end = start("manifest.path=" + folder.resolve("none.jsonl"));
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages).contains("none.jsonl");
    assertThat(output).doesNotExist();
  }

  @Test
  void damagedParquetManifestIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("rows.parquet"), "PAR1 no more");
    assertThat(start("manifest.path=" + file).code()).isEqualTo(2);
    assertThat(messages).contains("rows.parquet");
  }

  @Test
  void outputInsideTheManifestIsRefused() throws IOException {
    Path rows = Files.createDirectory(folder.resolve("rows"));
    Files.writeString(rows.resolve("a.jsonl"), row("a", "x"));
    Result end =
        start(
            "manifest.path=" + rows, "manifest.format=jsonl", "output.path=" + rows.resolve("out"));
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages).contains("overlap: use separate folders");
  }

  @Test
  void defaultOutsideTheModelsLimitsIsRefused() throws IOException {
    Result end = run(row("a", "x"), "defaults.num-inference-steps=51", "defaults.scheduler=Eulr");
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages)
        .contains("spackle.defaults.num-inference-steps is 51, expected a number from 1 to 50")
        .contains("spackle.defaults.scheduler is Eulr, expected one of");
  }

  @Test
  void missingCudaIsRefused() throws IOException {
    Result end = run(row("a", "x"), "model.device=cuda");
    assertThat(end.code()).isEqualTo(2);
    assertThat(messages).contains("cannot be opened").containsIgnoringCase("cuda");
    assertThat(output).doesNotExist();
  }

  /** The classifier knows three colours; its labels flag all images or none. */
  @Test
  void flaggedImageIsAllBlack() throws IOException {
    String rows = row("a", "x", "yes") + row("b", "x", "no");
    String checker = "safety.model=" + TestJob.bundle("colour-classifier");
    assertThat(run(rows, checker, "safety.labels=[red, green, blue]").code()).as(messages).isZero();
    Row checked = meta().get("a");
    assertThat(colours(checked)).containsExactly(0xff000000);
    assertThat(checked.<Row>getAs("meta").<String>getAs("safety_checker"))
        .isEqualTo("colour-classifier");
    assertThat(detected(checked)).containsExactly(true);
    assertThat(checked.<String>getList(checked.fieldIndex("notes")))
        .contains("NSFW_CONTENT_DETECTED");
    Row unchecked = meta().get("b");
    assertThat(colours(unchecked)).hasSizeGreaterThan(1);
    assertThat(unchecked.<Row>getAs("meta").<String>getAs("safety_checker")).isEqualTo("none");
    assertThat(detected(unchecked)).isNull();
    Result stricter = run(rows, checker, "safety.labels=[red, green]", "safety.threshold=1");
    assertThat(stricter.line().get("succeeded").asInt()).as("other labels").isEqualTo(2);
    assertThat(table()).filteredOn(row -> List.of(false).equals(detected(row))).hasSize(1);
  }

  @Test
  void missingSafetyCheckerFailsRowsOrRefusesTheJob() throws IOException {
    String rows = row("a", "x", "yes") + row("b", "x", "no");
    assertThat(run(rows).line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(code(meta().get("a"))).isEqualTo("ROW_INVALID");
    assertThat(run(rows, "defaults.safety-checker=true").code()).isEqualTo(2);
    assertThat(messages)
        .contains("spackle.defaults.safety-checker is on, but the model has no safety checker");
    Result waived = run(rows, "safety.model=none", "output.mode=overwrite");
    assertThat(waived.line().get("succeeded").asInt()).isEqualTo(2);
    assertThat(meta().get("a").<Row>getAs("meta").<String>getAs("safety_checker"))
        .isEqualTo("none");
    assertThat(run(rows, "safety.model=" + TestJob.bundle("colour-classifier")).code())
        .isEqualTo(2);
    assertThat(messages).contains("[red, green, blue], expected [nsfw]");
  }

  @Test
  void safetyCheckerOfTheModelFolderIsUsed() throws IOException {
    Result end =
        run(row("a", "x", "yes"), "model.path=" + TestJob.bundle("tiny-sd15-inpaint-legacy"));
    assertThat(end.code()).as(messages).isZero();
    assertThat(meta().get("a").<Row>getAs("meta").<String>getAs("safety_checker"))
        .isEqualTo("tiny-sd15-inpaint-legacy/safety_checker");
    assertThat(detected(meta().get("a"))).hasSize(1);
  }

  @Test
  void metaRowsNameTheModel() throws IOException {
    run(row("a", "x"));
    Row own = meta().get("a").getAs("meta");
    assertThat(own.<String>getAs("model")).isEqualTo("tiny-sd15-inpaint");
    assertThat(own.<String>getAs("scheduler")).isEqualTo("DDIMScheduler");
    assertThat(own.<String>getAs("vae")).isNull();
    assertThat(own.<String>getAs("revision")).isNull();
    Result end =
        run(
            row("a", "x"),
            "output.mode=resume",
            "model.vae=" + TestJob.bundle("tiny-sdxl-inpaint"),
            "model.revision=fp16");
    assertThat(end.line().get("succeeded").asInt()).as("another autoencoder").isEqualTo(1);
    List<Row> rows = table().stream().<Row>map(row -> row.getAs("meta")).toList();
    assertThat(rows).extracting(row -> row.<String>getAs("vae")).contains("tiny-sdxl-inpaint");
    assertThat(rows).extracting(row -> row.<String>getAs("revision")).contains("fp16");
    assertThat(run(row("a", "x"), "model.vae=" + folder).code()).isEqualTo(2);
    assertThat(messages).contains("spackle.model.vae " + folder + ": vae_encoder/model.onnx");
  }

  @Test
  void unexpectedModelFamilyIsRefused() throws IOException {
    assertThat(run(row("a", "x"), "model.family=sdxl").code()).isEqualTo(2);
    assertThat(messages).contains("is of the family sd15, expected sdxl");
  }

  @Test
  void unexpectedFailureGivesExitCode1() throws IOException {
    Files.createDirectories(output);
    Files.writeString(output.resolve("meta"), "a file in place of the folder");
    Result end = run(row("a", "x"));
    assertThat(end.code()).isEqualTo(1);
    assertThat(end.line().get("status").asText()).isEqualTo("broken");
  }

  @Test
  void invalidArgumentsAreRefused() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = InpaintJob.run(new String[] {"--frob"}, new PrintStream(out), new PrintStream(err));
    assertThat(code).isEqualTo(2);
    assertThat(out.toString(UTF_8)).startsWith("{\"status\":\"refused\",\"rows\":0,");
  }

  private Result run(String manifest, String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.jsonl"), manifest);
    return start(Stream.concat(Stream.of("manifest.path=" + file), Stream.of(overrides)));
  }

  private Result start(String... overrides) {
    return start(Stream.of(overrides));
  }

  private Result start(Stream<String> overrides) {
    List<String> args = new ArrayList<>(List.of(conf().toString()));
    overrides.forEach(override -> args.addAll(List.of("-D", override)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        InpaintJob.run(
            args.toArray(String[]::new),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8));
    messages = err.toString(UTF_8);
    try {
      return new Result(code, new ObjectMapper().readTree(out.toString(UTF_8)));
    } catch (IOException e) {
      throw new AssertionError("stdout must be one JSON object: " + out + messages, e);
    }
  }

  private Path conf() {
    try {
      return Files.writeString(
          folder.resolve("job.conf"),
          """
          spackle {
            output.path = out
            model { path = "%s", device = cpu }
            fetch.allow-files = [.]
            report.enabled = false
            defaults { width = 64, height = 64, num-inference-steps = 2 }
          }
          """
              .formatted(MODEL));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String row(String id, String prompt) {
    return """
    {"id": "%s", "init_image": "%s", "mask_image": "%s", "prompt": %s}
    """
        .formatted(
            id,
            folder.resolve("photo.png"),
            folder.resolve("mask.png"),
            prompt == null ? null : '"' + prompt + '"');
  }

  private String row(String id, String prompt, String safetyChecker) {
    return row(id, prompt).replace("}", ", \"safety_checker\": \"" + safetyChecker + "\"}");
  }

  private static List<Boolean> detected(Row row) {
    Row meta = row.getAs("meta");
    int field = meta.fieldIndex("nsfw_content_detected");
    return meta.isNullAt(field) ? null : meta.getList(field);
  }

  /** The colours of a row's first image. */
  private static Set<Integer> colours(Row row) throws IOException {
    Path file = Path.of(row.<String>getList(row.fieldIndex("output")).get(0));
    BufferedImage image = ImageIO.read(file.toFile());
    return Arrays.stream(image.getRGB(0, 0, 64, 64, null, 0, 64))
        .boxed()
        .collect(Collectors.toSet());
  }

  private void draw(String name, Color ground, Color spot) throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(ground);
    graphics.fillRect(0, 0, 64, 64);
    graphics.setColor(spot);
    graphics.fillOval(16, 16, 32, 32);
    graphics.dispose();
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }

  private long count() {
    return table().size();
  }

  private List<Row> table() {
    return SPARK.read().parquet(output.resolve("meta").toString()).collectAsList();
  }

  private Map<String, Row> meta() {
    Map<String, Row> byId = new TreeMap<>();
    table().forEach(row -> byId.put(row.getAs("id"), row));
    return byId;
  }

  private static String code(Row meta) {
    Row error = meta.getAs("error");
    return error == null ? null : error.getAs("code");
  }

  private static List<String> notes(Row meta) {
    return meta.getList(meta.fieldIndex("notes"));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
