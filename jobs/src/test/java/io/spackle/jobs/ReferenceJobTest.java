package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.row.ErrorCode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Garments by reference, in context: rows of every shape, faults of the reference, and the report.
 */
class ReferenceJobTest {

  /** White is masked between these rows of the persons' images. */
  private static final int TOP = 30;

  private static final int BOTTOM = 60;

  @TempDir static Path folder;

  private static JobRows rows;

  @BeforeAll
  static void dressPersonsOfEveryShape() throws IOException {
    rows = new JobRows(folder);
    person("tall", 90, 120);
    person("narrow", 100, 300);
    person("landscape", 160, 90);
    garment("square.png", 80, 80, Color.BLUE, Color.WHITE);
    garment("long.png", 20, 200, Color.BLUE, Color.WHITE);
    garment("grey.png", 80, 80, Color.BLUE, new Color(246, 246, 246));
    garment("white.png", 80, 80, Color.BLUE, Color.WHITE);
    garment("cut.png", 80, 80, Color.BLUE, new Color(0, 0, 0, 0));
    worn("3:4 in square", "tall", "square.png");
    worn("300 x 900 in square", "narrow", "square.png");
    worn("landscape in long", "landscape", "long.png");
    worn("grey ground", "tall", "grey.png");
    worn("white ground", "tall", "white.png", "seed", 5);
    worn("cut out", "tall", "cut.png", "seed", 5);
    rows.row("alone", "init_image", file("tall"), "mask_image", file("tall-mask"), "seed", 5);
    byte[] square = Files.readAllBytes(folder.resolve("square.png"));
    rows.file("broken.png", Arrays.copyOf(square, square.length / 2));
    rows.file("page.png", "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    rows.file("heavy.png", Arrays.copyOf(square, 300_000));
    garment("vast.png", 1200, 1000, Color.BLUE, Color.WHITE);
    for (String fault : List.of("lost", "broken", "page", "heavy", "vast")) {
      worn(fault, "tall", fault + ".png");
    }
    rows.run(left() + "spackle.fetch { max-bytes = 200KiB, max-pixels = 1000000 }");
  }

  private static String left() {
    return """
    spackle {
      model.path = "%s"
      reference { layout = left, prompt = "a garment, and {prompt}" }
      fetch.allow-files = ["%s"]
      report.enabled = true
    }
    """
        .formatted(TestJob.bundle("tiny-sd15-inpaint"), folder);
  }

  @Test
  void outputHasThePersonsSizeWhateverTheGarmentsShape() {
    assertThat(size("3:4 in square")).isEqualTo(List.of(90, 120));
    assertThat(size("300 x 900 in square")).isEqualTo(List.of(100, 300));
    assertThat(size("landscape in long")).isEqualTo(List.of(160, 90));
  }

  @Test
  void onlyMaskedPixelsOfThePersonChange() throws IOException {
    RgbImage before = ImageFiles.read(folder.resolve("tall.png"));
    RgbImage after = rows.image("3:4 in square");
    boolean changed = false;
    for (int i = 0; i < before.pixels().length; i++) {
      int y = i / 3 / before.width();
      if (y < TOP || y >= BOTTOM) {
        assertThat(after.pixels()[i]).isEqualTo(before.pixels()[i]);
      } else {
        changed |= after.pixels()[i] != before.pixels()[i];
      }
    }
    assertThat(changed).isTrue();
  }

  @Test
  void theGarmentDecidesWhatIsGeneratedAndARowWithoutOneIsGeneratedFromItsPrompt() {
    assertThat(rows.image("grey ground").pixels())
        .isNotEqualTo(rows.image("3:4 in square").pixels());
    assertThat(rows.image("alone").pixels()).isNotEqualTo(rows.image("white ground").pixels());
    Row meta = rows.of("alone").getAs("meta");
    assertThat(meta.<String>getAs("reference_image")).isNull();
    assertThat(meta.<String>getAs("prompt")).isEqualTo("a plain wall");
  }

  @Test
  void aTransparentGroundIsTheBackground() {
    assertThat(rows.image("cut out").pixels()).isEqualTo(rows.image("white ground").pixels());
  }

  @Test
  void faultsOfTheReferenceNameIt() {
    rows.isFailed("lost", ErrorCode.FETCH_NOT_FOUND, "reference_image: ", "lost.png");
    rows.isFailed("broken", ErrorCode.IMAGE_CORRUPT, "reference_image: ");
    rows.isFailed("page", ErrorCode.IMAGE_UNSUPPORTED, "reference_image: ");
    rows.isFailed("heavy", ErrorCode.FETCH_TOO_LARGE, "reference_image: ", "heavy.png");
    rows.isFailed("vast", ErrorCode.IMAGE_SIZE, "reference_image: ", "1200 x 1000");
  }

  @Test
  void theReportShowsTheReference() throws IOException {
    Path report = folder.resolve("out/report");
    try (Stream<Path> files = Files.list(report.resolve("previews"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("alone.jpg", "cut%20out.jpg", "cut%20out.reference.jpeg")
          .doesNotContain("alone.reference.jpeg", "lost.reference.jpeg");
    }
    String page = Files.readString(report.resolve("index.html"));
    assertThat(page.split("\"reference\":\"data:image/jpeg;base64,", -1))
        .as("one for each row that has a reference and succeeded")
        .hasSize(1 + 6);
  }

  @Test
  void rowsRunAgainOnlyIfTheirReferenceChanges() throws IOException {
    JobRows job = new JobRows(folder.resolve("again"));
    String garment = folder.resolve("square.png").toString();
    job.row("a", "reference_image", garment).row("b").run(left());
    String other = folder.resolve("long.png").toString();
    JobRows changed = new JobRows(folder.resolve("again"));
    changed.row("a", "reference_image", other).row("b").run(left());
    assertThat(changed.result().line().get("succeeded").asInt()).as("a alone").isEqualTo(1);
  }

  @Test
  void catVtonDressesPersonsOfEveryShapeInSamples() throws IOException {
    JobRows job = new JobRows(folder.resolve("catvton"));
    for (String person : List.of("tall", "narrow", "landscape")) {
      job.row(
          person,
          "init_image",
          file(person),
          "mask_image",
          file(person + "-mask"),
          "reference_image",
          folder.resolve("cut.png").toString(),
          "prompt",
          null,
          "width",
          100, // no multiple of the model's
          "samples",
          2);
    }
    job.run(
        "spackle { fetch.allow-files = [\"%s\"], model.path = \"%s\", defaults.seed = 1 }"
            .formatted(folder, TestJob.bundle("tiny-catvton")));
    for (String person : List.of("tall", "narrow", "landscape")) {
      RgbImage before = ImageFiles.read(Path.of(file(person)));
      RgbImage after = job.image(person);
      assertThat(List.of(after.width(), after.height()))
          .isEqualTo(List.of(before.width(), before.height()));
      int kept = 3 * TOP * before.width();
      assertThat(Arrays.copyOf(after.pixels(), kept))
          .isEqualTo(Arrays.copyOf(before.pixels(), kept));
      Row row = job.of(person);
      List<String> outputs = row.getList(row.fieldIndex("output"));
      assertThat(ImageFiles.read(Path.of(outputs.get(1))).pixels())
          .as("the second sample of %s", person)
          .isNotEqualTo(after.pixels());
    }
  }

  /** The crop around the mask is the canvas that the reference stands beside. */
  @Test
  void aCropIsTheCanvas() throws IOException {
    JobRows job = new JobRows(folder.resolve("crop"));
    person("crop/tall", 90, 120);
    for (String layout : List.of("left", "below")) {
      job.row(
          layout,
          "init_image",
          file("crop/tall"),
          "mask_image",
          file("crop/tall-mask"),
          "reference_image",
          folder.resolve("square.png").toString());
      job.run(
          left() + "spackle { image.crop-padding = 4, reference.layout = %s }".formatted(layout));
      RgbImage before = ImageFiles.read(folder.resolve("crop/tall.png"));
      RgbImage after = job.image(layout);
      assertThat(List.of(after.width(), after.height())).isEqualTo(List.of(90, 120));
      int kept = 3 * TOP * before.width();
      assertThat(Arrays.copyOf(after.pixels(), kept))
          .isEqualTo(Arrays.copyOf(before.pixels(), kept));
      assertThat(after.pixels()).as(layout).isNotEqualTo(before.pixels());
    }
  }

  private static void worn(String id, String person, String garment, Object... more) {
    Object[] fields = {
      "init_image", file(person),
      "mask_image", file(person + "-mask"),
      "reference_image", folder.resolve(garment).toString()
    };
    rows.row(id, Stream.concat(Stream.of(fields), Stream.of(more)).toArray());
  }

  private static String file(String name) {
    return folder.resolve(name + ".png").toString();
  }

  private static List<Integer> size(String id) {
    return List.of(rows.image(id).width(), rows.image(id).height());
  }

  /** A gradient, and a mask across it. */
  private static void person(String name, int width, int height) throws IOException {
    ImageFiles.write(folder.resolve(name + ".png"), width, height, (x, y) -> (x + y) % 256);
    ImageFiles.write(
        folder.resolve(name + "-mask.png"),
        width,
        height,
        (x, y) -> y >= TOP && y < BOTTOM ? 255 : 0);
  }

  /** A rectangle of one colour on a ground. */
  private static void garment(String name, int width, int height, Color colour, Color ground)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(ground);
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(colour);
    graphics.fillRect(width / 4, height / 4, width / 2, height / 2);
    graphics.dispose();
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }
}
