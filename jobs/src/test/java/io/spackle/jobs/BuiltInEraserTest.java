package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.row.ErrorCode;
import io.spackle.row.Sha256;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs with {@code model.path = "builtin:patchmatch"}. */
class BuiltInEraserTest {

  private static final String ERASER = "spackle.model.path = \"builtin:patchmatch\"\n";

  @TempDir Path folder;

  private JobRows rows;

  @BeforeEach
  void startSpark() throws IOException {
    TestSpark.session();
    rows = new JobRows(folder);
  }

  @Test
  void imagesKeepTheirSizeWhateverIsConfigured() throws IOException {
    photo("wide", 150, 40);
    photo("odd", 61, 97);
    photo("narrow", 5, 90);
    rows.row("narrow", "init_image", path("narrow.png"), "mask_image", path("narrow-mask.png"));
    rows.row("wide", "init_image", path("wide.png"), "mask_image", path("wide-mask.png"));
    rows.row("odd", "init_image", path("odd.png"), "mask_image", path("odd-mask.png"));
    rows.run(ERASER + "spackle.image { resize = fit, crop-padding = 8 }");
    for (String id : List.of("wide", "odd", "narrow")) {
      assertErased(id);
      assertThat(rows.of(id).getList(rows.of(id).fieldIndex("notes")))
          .containsExactly("PROMPT_UNUSED");
    }
    Row meta = rows.of("odd").getAs("meta");
    assertThat(meta.<Integer>getAs("W")).isEqualTo(61);
    assertThat(meta.<String>getAs("model")).isEqualTo("builtin:patchmatch");
    Row digests = rows.of("odd").getAs("digests");
    assertThat(digests.<String>getAs("model")).startsWith("builtin:patchmatch ");
  }

  @Test
  void promptsAreOptionalAndSizesAreNoted() throws IOException {
    photo("a", 90, 70);
    rows.row(
        "a",
        "prompt",
        null,
        "init_image",
        path("a.png"),
        "mask_image",
        path("a-mask.png"),
        "width",
        5000,
        "height",
        30);
    rows.run(ERASER);
    assertErased("a");
    assertThat(rows.of("a").getList(rows.of("a").fieldIndex("notes")))
        .containsExactly("SIZE_UNUSED");
  }

  @Test
  void eachSampleIsAnotherFill() throws IOException {
    photo("a", 90, 70);
    rows.row(
        "a",
        "init_image",
        path("a.png"),
        "mask_image",
        path("a-mask.png"),
        "samples",
        4,
        "seed",
        1);
    rows.run(ERASER);
    List<String> outputs = rows.of("a").getList(rows.of("a").fieldIndex("output"));
    List<Integer> fills = new ArrayList<>();
    for (String output : outputs) {
      fills.add(Arrays.hashCode(ImageFiles.read(Path.of(output)).pixels()));
    }
    assertThat(fills).hasSize(4).doesNotHaveDuplicates();
  }

  @Test
  void sameBytesInAnyTaskAndBatch() throws IOException {
    for (int i = 0; i < 6; i++) {
      photo("p" + i, 48 + 16 * (i % 2), 48);
      rows.row(
          "p" + i, "init_image", path("p" + i + ".png"), "mask_image", path("p" + i + "-mask.png"));
    }
    Map<String, String> alone =
        files(rows, "spackle { output.rows-per-file = 1, batch.max-images = 1 }");
    Map<String, String> together =
        files(
            rows,
            "spackle { output { rows-per-file = 128, mode = overwrite }, batch.max-images = 8 }");
    assertThat(together).isEqualTo(alone).hasSize(6);
  }

  private Map<String, String> files(JobRows job, String conf) throws IOException {
    job.run(ERASER + conf);
    Map<String, String> files = new TreeMap<>();
    for (Row meta : job.meta()) {
      String id = meta.getAs("id");
      List<String> output = meta.getList(meta.fieldIndex("output"));
      files.put(id, Sha256.hex(Files.readAllBytes(Path.of(output.get(0)))));
    }
    return files;
  }

  @Test
  void rowsWithNothingToCopyFailAndOthersSucceed() throws IOException {
    ImageFiles.write(rows.file("full.png"), JobRows.SIDE, JobRows.SIDE, (x, y) -> 255);
    for (int i = 0; i < 40; i++) { // more than a lane takes for a broken model
      rows.row("full" + i, "mask_image", path("full.png"));
    }
    rows.row("half");
    rows.run(ERASER);
    assertThat(rows.failed(ErrorCode.NOTHING_TO_COPY)).hasSize(40);
    rows.isFailed("full7", ErrorCode.NOTHING_TO_COPY, "mask or exclude less of the image");
    assertThat(rows.image("half").width()).isEqualTo(JobRows.SIDE);
  }

  /** The photo is bright to the left of the hole, and dark around the rest of it. */
  @Test
  void excludedPixelsAreNotCopied() throws IOException {
    edge();
    rows.row("free", "init_image", path("edge.png"), "mask_image", path("hole.png"));
    rows.row(
        "excluding",
        "init_image",
        path("edge.png"),
        "mask_image",
        path("hole.png"),
        "exclude_image",
        path("bright.png"));
    rows.row("lost", "exclude_image", path("none.png"));
    rows.run(ERASER);
    assertThat(brightestInHole("free")).isGreaterThan(200);
    assertThat(brightestInHole("excluding")).isLessThan(100);
    Row excluding = rows.of("excluding");
    assertThat(excluding.<Row>getAs("meta").<String>getAs("exclude_image"))
        .isEqualTo(path("bright.png"));
    assertThat(excluding.<Row>getAs("digests").<String>getAs("exclude_image")).hasSize(64);
    rows.isFailed("lost", ErrorCode.FETCH_NOT_FOUND);
  }

  @Test
  void anotherExclusionMakesTheRowRunAgain() throws IOException {
    edge();
    rows.row("a", "init_image", path("edge.png"), "mask_image", path("hole.png"));
    rows.run(ERASER);
    JobRows again = new JobRows(folder);
    again.row(
        "a",
        "init_image",
        path("edge.png"),
        "mask_image",
        path("hole.png"),
        "exclude_image",
        path("bright.png"));
    assertThat(again.run(ERASER).line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(again.run(ERASER).line().get("skipped").asInt()).isEqualTo(1);
  }

  /** Transparent pixels are composed with a white background, which must not be copied. */
  @Test
  void transparentPixelsAreNotCopied() throws IOException {
    BufferedImage cutout = new BufferedImage(60, 60, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 3600; i++) {
      int x = i % 60;
      cutout.setRGB(x, i / 60, x < 20 ? 0x00FFFFFF : 0xFF000000 | (40 + x % 7) * 0x10101);
    }
    ImageIO.write(cutout, "png", rows.file("cutout.png").toFile());
    ImageFiles.write(rows.file("hole.png"), 60, 60, (x, y) -> isHole(x, y) ? 255 : 0);
    rows.row("a", "init_image", path("cutout.png"), "mask_image", path("hole.png"));
    rows.run(ERASER);
    BufferedImage output = ImageIO.read(output("a").toFile());
    for (int y = 20; y < 40; y++) {
      for (int x = 20; x < 35; x++) {
        assertThat(output.getRGB(x, y) & 0xFF).isLessThan(50);
      }
    }
  }

  @Test
  void filesSayThatAnAlgorithmChangedThem() throws IOException {
    rows.row("a");
    rows.run(ERASER);
    assertThat(Files.readString(output("a"), ISO_8859_1))
        .contains("algorithmicallyEnhanced")
        .doesNotContain("trainedAlgorithmicMedia");
  }

  private void edge() throws IOException {
    ImageFiles.write(
        rows.file("edge.png"), 60, 60, (x, y) -> (x < 30 ? 210 : 30) + (7 * x + 11 * y) % 40);
    ImageFiles.write(rows.file("hole.png"), 60, 60, (x, y) -> isHole(x, y) ? 255 : 0);
    ImageFiles.write(rows.file("bright.png"), 60, 60, (x, y) -> x < 30 ? 255 : 0);
  }

  private static boolean isHole(int x, int y) {
    return x >= 20 && x < 40 && y >= 20 && y < 40;
  }

  private int brightestInHole(String id) {
    RgbImage image = rows.image(id);
    int brightest = 0;
    for (int i = 0; i < image.pixels().length; i++) {
      if (isHole(i / 3 % image.width(), i / 3 / image.width())) {
        brightest = Math.max(brightest, image.pixels()[i] & 0xFF);
      }
    }
    return brightest;
  }

  private Path output(String id) {
    Row meta = rows.of(id);
    return Path.of(meta.<String>getList(meta.fieldIndex("output")).get(0));
  }

  @Test
  void emptyMaskCopiesTheImage() throws IOException {
    ImageFiles.write(rows.file("none.png"), JobRows.SIDE, JobRows.SIDE, (x, y) -> 0);
    rows.row("a", "mask_image", path("none.png"));
    rows.run(ERASER);
    assertThat(rows.image("a").pixels())
        .isEqualTo(ImageFiles.read(rows.file("photo.png")).pixels());
  }

  @Test
  void planRunsATrial() throws IOException {
    photo("a", 90, 70);
    rows.row("a", "init_image", path("a.png"), "mask_image", path("a-mask.png")).row("b");
    CommandResult plan =
        CommandResult.run("plan", rows.writeJob(ERASER).toString(), "--trial", "2");
    assertThat(plan.code()).as(plan.messages()).isZero();
    assertThat(plan.messages())
        .contains("any size, 2 steps, guidance 1: 2 rows, 2 images", "Trial: 2 rows, 2 images")
        .contains("Forecast: ");
  }

  @Test
  void settingsThatDoNotFitAreRefused() throws IOException {
    rows.row("a");
    refused("spackle.model.path = \"builtin:lama\"")
        .isRefused("builtin:lama is not built in, expected one of builtin:patchmatch");
    refused(ERASER + "spackle.model { device = cuda, vae = other, scheduler-config { a = 1 } }")
        .isRefused(
            "spackle.model.device is cuda, but the model builtin:patchmatch runs on the CPU",
            "spackle.model.vae is set, but the model builtin:patchmatch has no autoencoder",
            "spackle.model.scheduler-config is set, but the model builtin:patchmatch has no");
    refused(ERASER + "spackle.model.family = sd15")
        .isRefused("the model builtin:patchmatch is of the family erase, expected sd15");
    refused(ERASER + "spackle.defaults.safety-checker = true")
        .isRefused("the model has no safety checker");
  }

  private JobResult refused(String conf) throws IOException {
    return JobResult.of(rows.writeJob(conf));
  }

  /** The output has the photo's size, differs in the masked region, and nowhere else. */
  private void assertErased(String id) throws IOException {
    RgbImage photo = ImageFiles.read(rows.file(id + ".png"));
    RgbImage mask = ImageFiles.read(rows.file(id + "-mask.png"));
    RgbImage erased = rows.image(id);
    assertThat(List.of(erased.width(), erased.height()))
        .isEqualTo(List.of(photo.width(), photo.height()));
    for (int i = 0; i < photo.pixels().length; i++) {
      if (mask.pixels()[i] == 0) {
        assertThat(erased.pixels()[i]).isEqualTo(photo.pixels()[i]);
      } else {
        assertThat(erased.pixels()[i]).as("the black thing is gone").isNotZero();
      }
    }
  }

  /** Writes a textured photo with a black rectangle in it, and the mask of that rectangle. */
  private void photo(String name, int width, int height) throws IOException {
    int side = Math.min(width, height) / 3;
    ImageFiles.write(
        rows.file(name + ".png"),
        width,
        height,
        (x, y) -> isThing(x, y, side) ? 0 : 60 + (37 * x * x + 91 * y + x * y) % 160);
    ImageFiles.write(
        rows.file(name + "-mask.png"), width, height, (x, y) -> isThing(x, y, side) ? 255 : 0);
  }

  private static boolean isThing(int x, int y, int side) {
    return x >= side && x < 2 * side && y >= side && y < 2 * side;
  }

  private String path(String file) {
    return rows.file(file).toString();
  }
}
