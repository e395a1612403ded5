package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.row.ErrorCode;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose input is a folder of images, started by options of the command line. */
class FolderJobTest {

  private static final String ERASER = "builtin:patchmatch";

  @TempDir Path folder;

  private record Result(int code, JsonNode line, String messages) {}

  @BeforeEach
  void startSpark() {
    TestSpark.session();
  }

  @Test
  void aFolderNeedsNoConfigurationFile() throws IOException {
    photo("photos/a.jpg", 60, 40);
    mask("masks/a.png", 60, 40);
    photo("photos/x/b c.PNG", 31, 77);
    mask("masks/x/b c.PNG", 31, 77);
    Files.writeString(folder.resolve("photos/notes.txt"), "not a caption");
    Result result = run("--images", at("photos"), "--masks", at("masks"));
    assertThat(result.code()).as(result.messages()).isZero();
    assertThat(result.messages())
        .contains("Skipped: 1 file that is no image, such as notes.txt")
        .contains("2 rows: 0 done");
    assertThat(images()).containsExactly("a-0.png", "x/b c-0.png");
    Map<String, Row> meta = meta();
    assertThat(meta).containsOnlyKeys("a.jpg", "x/b c.PNG");
    assertThat(size(meta.get("a.jpg"))).as("the original size").isEqualTo("60 x 40");
    assertThat(size(meta.get("x/b c.PNG"))).isEqualTo("31 x 77");
  }

  @Test
  void onePlanCountsWhatIsSkippedAndWhatWouldFail() throws IOException {
    photo("photos/a.jpg", 20, 20);
    mask("photos/a_mask.png", 20, 20);
    photo("photos/b.jpg", 20, 20);
    Files.writeString(folder.resolve("photos/.DS_Store"), "");
    Result result =
        command("plan", "--images", at("photos"), "--mask-suffix", "_mask", "--out", at("out"));
    assertThat(result.code()).as(result.messages()).isZero();
    assertThat(result.line().at("/rows").asInt()).isEqualTo(2);
    assertThat(result.line().at("/errors/MASK_MISSING").asInt()).isEqualTo(1);
    assertThat(result.line().at("/skipped/NOT_AN_IMAGE").asInt()).isEqualTo(1);
    assertThat(result.messages())
        .contains("Skipped: 1 file that is no image, such as .DS_Store")
        .contains("MASK_MISSING: 1, such as line 2, b.jpg: mask_image: no mask of b.jpg found");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void contentDecidesWhatAnImageIs() throws IOException {
    byte[] png = Files.readAllBytes(photo("made.png", 20, 20));
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(300, 200, BufferedImage.TYPE_INT_RGB), "jpg", written);
    byte[] jpeg = written.toByteArray();
    file("photos/png-bytes.jpg", png);
    file("photos/truncated.jpg", Arrays.copyOf(jpeg, jpeg.length / 3));
    file("photos/text.png", "no image".getBytes(UTF_8));
    file("photos/nothing.png", new byte[0]);
    for (String name : List.of("png-bytes", "truncated", "text", "nothing")) {
      mask("masks/" + name + ".png", 20, 20);
    }
    Result result = run("--images", at("photos"), "--masks", at("masks"));
    assertThat(result.code()).as(result.messages()).isZero();
    Map<String, Row> meta = meta();
    assertThat(JobRows.message(meta.get("png-bytes.jpg"))).isNull();
    assertThat(JobRows.code(meta.get("truncated.jpg"))).isEqualTo(ErrorCode.IMAGE_CORRUPT.name());
    assertThat(JobRows.code(meta.get("text.png"))).isEqualTo(ErrorCode.IMAGE_UNSUPPORTED.name());
    assertThat(JobRows.code(meta.get("nothing.png"))).isEqualTo(ErrorCode.IMAGE_UNSUPPORTED.name());
  }

  /** A link in the folder must not make other files of the machine readable. */
  @Test
  void aLinkOutOfTheFolderIsForbidden() throws IOException {
    photo("secret/a.png", 20, 20);
    photo("photos/b.png", 20, 20);
    Files.createSymbolicLink(folder.resolve("photos/a.png"), folder.resolve("secret/a.png"));
    Files.createSymbolicLink(folder.resolve("photos/c.png"), folder.resolve("photos/b.png"));
    for (String name : List.of("a", "b", "c")) {
      mask("masks/" + name + ".png", 20, 20);
    }
    assertThat(run("--images", at("photos"), "--masks", at("masks")).code()).isZero();
    Map<String, Row> meta = meta();
    assertThat(JobRows.code(meta.get("a.png"))).isEqualTo(ErrorCode.URL_FORBIDDEN.name());
    assertThat(JobRows.message(meta.get("b.png"))).isNull();
    assertThat(JobRows.message(meta.get("c.png"))).isNull();
  }

  @Test
  void anOutputInOrAroundTheFolderIsRefused() throws IOException {
    photo("data/photos/a.png", 20, 20);
    mask("masks/a.png", 20, 20);
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data/photos"));
    for (String out : List.of("data/photos", "data/photos/out", "data", "link", "link/out")) {
      Result result =
          command("run", "--images", at("data/photos"), "--masks", at("masks"), "--out", at(out));
      assertThat(result.code()).as(out).isEqualTo(2);
      assertThat(result.messages()).contains("overlap: use separate folders");
    }
    assertThat(run("--images", at("data/photos"), "--masks", at("masks/..")).messages())
        .contains("spackle.manifest.masks " + folder + "/masks/.. overlap");
    assertThat(folder.resolve("data/photos").toFile().list()).containsExactly("a.png");
  }

  @Test
  void imagesThatDifferInTheirExtensionHaveOutputsOfTheirOwn() throws IOException {
    photo("photos/a.jpg", 20, 20);
    photo("photos/a.png", 20, 20);
    photo("photos/x/a.png", 20, 20);
    String rows = row("photos/a.jpg") + row("photos/a.png") + row("photos/x/a.png");
    JobResult result =
        JobResult.run(folder, rows, "spackle.output.name = \"{dir}/{name}-{n}\"").isDone();
    assertThat(result.meta()).hasSize(3).allMatch(meta -> JobRows.message(meta) == null);
    assertThat(images())
        .containsExactly("photos/a.jpg-0.png", "photos/a.png-0.png", "photos/x/a-0.png");
  }

  /** Its image would replace that of the row that is gone, whose meta row stays. */
  @Test
  void anImageThatTakesThePlaceOfAnEarlierOneDoesNotOverwriteItsOutput() throws IOException {
    String conf = "spackle.output.name = \"{name}-{n}\"";
    photo("photos/a.jpg", 20, 20);
    photo("photos/a.png", 30, 30);
    JobResult.run(folder, row("photos/a.jpg"), conf).isDone();
    JobResult.run(folder, row("photos/a.png"), conf).isDone();
    assertThat(images()).containsExactly("a-0.png", "a.png-0.png");
    JobResult.run(folder, row("photos/a.png") + row("photos/a.jpg"), conf).isDone();
    assertThat(images()).as("nothing is left to do").containsExactly("a-0.png", "a.png-0.png");
  }

  @Test
  void rowsWithTheSameNameAreRefusedBeforeTheFirstOne() throws IOException {
    photo("photos/a.jpg", 20, 20);
    String rows = row("photos/a.jpg", "x/a") + row("photos/a.jpg", "y/a");
    JobResult.run(folder, rows, "spackle.output.name = \"{name}-{n}\"")
        .isRefused(
            "the images of x/a and y/a would have the same name, a-{n}: set another spackle.output.name");
    JobResult.run(
            folder, rows, "spackle.output.name = \"{dir}/{name}\", spackle.defaults.samples = 2")
        .isRefused(
            "spackle.output.name {dir}/{name} has no {n}, but rows may have several samples");
    JobResult.run(folder, rows, "spackle.output.name = \"../{name}\"")
        .isRefused("spackle.output.name cannot be used: no part of the path may start with a dot");
    JobResult.run(folder, rows, "spackle.output.name = \"{dir}/{name}\"").isDone();
    assertThat(images()).containsExactly("x/a.png", "y/a.png");
  }

  @Test
  void theIdCannotLeadOutOfTheOutput() throws IOException {
    photo("photos/a.jpg", 20, 20);
    String rows = row("photos/a.jpg", "../../../up") + row("photos/a.jpg", "/etc/x");
    JobResult.run(folder, rows, "spackle.output.name = \"{dir}/{name}\"").isDone();
    assertThat(images()).containsExactly("%2E./%2E./%2E./up.png", "etc/x.png");
  }

  @Test
  void aSecondRunProcessesOnlyWhatIsNew() throws IOException {
    photo("photos/a.jpg", 20, 20);
    mask("masks/a.png", 20, 20);
    photo("photos/b.jpg", 20, 20);
    String[] options = {"--images", at("photos"), "--masks", at("masks")};
    assertThat(run(options).line().at("/failed").asInt()).isEqualTo(1);
    mask("masks/b.png", 20, 20);
    photo("photos/c.jpg", 20, 20);
    mask("masks/c.png", 20, 20);
    Result second = run(options);
    assertThat(second.messages()).contains("3 rows: 1 done and 0 failed in earlier runs");
    assertThat(meta())
        .hasSize(3)
        .allSatisfy((id, row) -> assertThat(JobRows.message(row)).isNull());
    assertThat(images()).containsExactly("a-0.png", "b-0.png", "c-0.png");
  }

  /** Whether a file is an orphan is known only for names that rows of this run have. */
  @Test
  void orphansAreDeletedAndFilesOfOthersAreKept() throws IOException {
    photo("photos/x/a.jpg", 20, 20);
    mask("masks/x/a.png", 20, 20);
    String[] options = {"--images", at("photos"), "--masks", at("masks")};
    run("--images", at("photos"), "--masks", at("masks"), "-D", "defaults.samples=3");
    assertThat(images()).containsExactly("x/a-0.png", "x/a-1.png", "x/a-2.png");
    file("out/images/x/b-0.png", new byte[1]);
    file("out/images/x/a-0.txt", new byte[1]);
    file("out/images/x/.123e4567-e89b-42d3-a456-426614174000.tmp", new byte[1]);
    Result second = run(options);
    assertThat(second.messages()).contains("3 orphaned images");
    assertThat(images()).containsExactly("x/a-0.png", "x/a-0.txt", "x/b-0.png");
    assertThat(meta()).hasSize(1);
  }

  @Test
  void shardsHaveTheNamesToo() throws IOException {
    photo("photos/x/a.b.jpg", 20, 20);
    mask("masks/x/a.b.png", 20, 20);
    Result result =
        run("--images", at("photos"), "--masks", at("masks"), "-D", "output.images=webdataset");
    assertThat(result.code()).as(result.messages()).isZero();
    Row row = meta().get("x/a.b.jpg");
    assertThat(row.<String>getList(row.fieldIndex("output")).get(0)).endsWith(".tar#x/a%2Eb-0.png");
    run(
        "--images",
        at("photos"),
        "--masks",
        at("masks"),
        "-D",
        "output.images=webdataset",
        "-D",
        "image.mask-grow=1");
    row = meta().get("x/a.b.jpg");
    String location = row.<String>getList(row.fieldIndex("output")).get(0);
    assertThat(images()).as("the older shard is gone").hasSize(1);
    assertThat(location).contains(images().get(0));
  }

  @Test
  void anExplicitSizeWins() throws IOException {
    photo("photos/a.jpg", 90, 60);
    mask("photos/a_mask.png", 90, 60);
    Path conf =
        Files.writeString(
            folder.resolve("job.conf"),
            """
            spackle {
              manifest { images = photos, mask-suffix = _mask }
              output.path = out
              model { path = "%s", device = cpu }
              defaults { width = 64, height = 64, num-inference-steps = 2, prompt = "a wall" }
              report.enabled = false
            }
            """
                .formatted(TestJob.bundle("idle-sd15-inpaint")));
    assertThat(JobResult.of(conf).isDone().meta()).allMatch(row -> size(row).equals("90 x 60"));
    JobResult fitted =
        JobResult.of(
            conf,
            folder.resolve("fit"),
            "-D",
            "image.resize=fit",
            "-D",
            "output.path=" + at("fit"));
    assertThat(fitted.isDone().meta()).allMatch(row -> size(row).equals("64 x 43"));
  }

  @Test
  void captionsArePromptsAndTheOptionIsTheirDefault() throws IOException {
    photo("photos/a.jpg", 64, 64);
    photo("photos/b.jpg", 64, 64);
    file("photos/a.txt", "a red brick wall\n".getBytes(UTF_8));
    mask("masks/a.png", 64, 64);
    mask("masks/b.png", 64, 64);
    String[] options = {
      "--images",
      at("photos"),
      "--masks",
      at("masks"),
      "--out",
      at("out"),
      "--model",
      TestJob.bundle("idle-sd15-inpaint").toString(),
      "-D",
      "model.device=cpu",
      "-D",
      "defaults.num-inference-steps=2",
      "-D",
      "report.enabled=false",
      "--prompt",
      "a lawn"
    };
    Result result = execute(options);
    assertThat(result.code()).as(result.messages()).isZero();
    Map<String, Row> meta = meta();
    assertThat(meta.get("a.jpg").<Row>getAs("meta").<String>getAs("prompt"))
        .isEqualTo("a red brick wall");
    assertThat(meta.get("b.jpg").<Row>getAs("meta").<String>getAs("prompt")).isEqualTo("a lawn");
    Files.delete(folder.resolve("photos/a.txt"));
    Result without = execute(Arrays.copyOf(options, options.length - 2));
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.messages())
        .contains("no column prompt, which models of the family sd15 need");
  }

  private String row(String photo) throws IOException {
    return row(photo, photo);
  }

  private String row(String photo, String id) throws IOException {
    if (!Files.exists(folder.resolve("mask.png"))) { // a file that is written anew has changed
      mask("mask.png", 20, 20);
    }
    return """
        {"id": "%s", "init_image": "%s", "mask_image": "%s", "prompt": "a wall"}
        """
        .formatted(id, at(photo), at("mask.png"));
  }

  private Result run(String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--out", at("out")));
    return command("run", all.toArray(String[]::new));
  }

  private Result command(String command, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--model", ERASER, "-D", "report.enabled=false"));
    if (command.equals("plan")) {
      CommandResult result =
          CommandResult.run(Stream.concat(Stream.of(command), all.stream()).toArray());
      return new Result(
          result.code(), new ObjectMapper().readTree(result.out()), result.messages());
    }
    return execute(all.toArray(String[]::new));
  }

  private static Result execute(String... options) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int code =
        InpaintJob.run(
            options, new PrintStream(out, true, UTF_8), new PrintStream(messages, true, UTF_8));
    JsonNode line = new ObjectMapper().readTree(out.toString(UTF_8));
    return new Result(code, line, messages.toString(UTF_8));
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  private Path photo(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageFiles.write(file, width, height, (x, y) -> (3 * x + 2 * y) % 256);
    return file;
  }

  private void mask(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageFiles.write(file, width, height, (x, y) -> x > width / 2 ? 255 : 0);
  }

  private void file(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private List<String> images() throws IOException {
    Path images = folder.resolve("out/images");
    try (Stream<Path> files = Files.walk(images)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> images.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private Map<String, Row> meta() {
    return new TreeMap<>(TestJob.meta(folder.resolve("out")));
  }

  private static String size(Row row) {
    Row meta = row.getAs("meta");
    return meta.<Integer>getAs("W") + " x " + meta.<Integer>getAs("H");
  }
}
