package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profiles that users start from, each with a photo larger than the model's size. */
class ProfilesTest {

  private static final Path PROFILES = Path.of("../conf/profiles").toAbsolutePath().normalize();
  private static final int WIDTH = 200;
  private static final int HEIGHT = 150;

  @TempDir Path folder;

  @Test
  void objectRemovalGrowsTheMaskAndNeedsNoPrompt() throws IOException {
    TestJob job = run("object-removal", "");
    assertThat(prompt(job)).startsWith("empty background");
    RgbImage after = image(job);
    assertSame(after, 10, 10);
    assertChanged(after, 60, 60); // in the mask
    assertChanged(after, 47, 75); // within the margin
    assertSame(after, 41, 75);
  }

  @Test
  void objectRemovalNeedsNoModel() throws IOException {
    TestJob job = run("object-removal", "", "spackle.model.path = \"builtin:patchmatch\"");
    assertThat(job.meta().get("a").getList(job.meta().get("a").fieldIndex("notes"))).isEmpty();
    RgbImage after = image(job);
    assertSame(after, 41, 75);
    assertThat(red(after, 100, 75)).as("the gradient continues").isCloseTo(87, within(6));
  }

  @Test
  void restorationRepairsDamageAndKeepsTheSize() throws IOException {
    TestJob job = run("restoration", "");
    assertThat(prompt(job)).startsWith("undamaged");
    assertChanged(image(job), 100, 75);
    assertSame(image(job), 45, 75);
  }

  @Test
  void replaceBackgroundKeepsTheObject() throws IOException {
    TestJob job = run("replace-background", "");
    assertThat(prompt(job)).startsWith("product photo");
    RgbImage after = image(job);
    assertSame(after, 50, 50); // the object's corner
    assertSame(after, 100, 75);
    assertChanged(after, 10, 10);
    assertChanged(after, 45, 75);
  }

  @Test
  void tryOnRequiresPrompts() throws IOException {
    TestJob job = run("try-on", ", \"prompt\": \"a man in a red shirt\"");
    Row row = job.meta().get("a");
    assertThat(row.getList(row.fieldIndex("output"))).hasSize(4);
    assertChanged(image(job), 100, 75);
    assertSame(image(job), 10, 10);
    TestJob silent = run("try-on", ", \"prompt\": null");
    assertThat(silent.meta().get("a").<Row>getAs("error").<String>getAs("code"))
        .isEqualTo("ROW_INVALID");
  }

  @Test
  void tryOnTakesTheGarmentFromAReferenceImage() throws IOException {
    ImageFiles.write(folder.resolve("red.png"), 100, 100, (x, y) -> 40);
    ImageFiles.write(folder.resolve("striped.png"), 100, 100, (x, y) -> x % 20 < 10 ? 0 : 255);
    String worn = ", \"prompt\": \"a man\", \"reference_image\": \"%s.png\"";
    String one = "spackle.defaults.samples = 1";
    RgbImage red = image(run("try-on", worn.formatted("red"), one));
    assertChanged(red, 100, 75);
    assertSame(red, 10, 10);
    RgbImage striped = image(run("try-on", worn.formatted("striped"), one));
    assertThat(red(striped, 100, 75)).as("another garment").isNotEqualTo(red(red, 100, 75));
  }

  /** Runs a row with a photo and a mask that covers the object in its middle. */
  private TestJob run(String profile, String fields) throws IOException {
    return run(profile, fields, "");
  }

  /**
   * Runs such a row with further settings.
   *
   * @param conf takes precedence
   */
  private TestJob run(String profile, String fields, String conf) throws IOException {
    ImageFiles.write(folder.resolve("photo.png"), WIDTH, HEIGHT, ProfilesTest::level);
    ImageFiles.write(folder.resolve("mask.png"), WIDTH, HEIGHT, (x, y) -> isObject(x, y) ? 255 : 0);
    String row = "{\"id\": \"a\", \"init_image\": \"photo.png\", \"mask_image\": \"mask.png\"%s}";
    return TestJob.run(
        folder,
        row.formatted(fields),
        """
        include "%s"
        spackle {
          manifest.base = "."
          fetch.allow-files = [.]
          model.path = "%s"
          defaults { width = 64, height = 64, num-inference-steps = 2, seed = 1 }
        }
        """
                .formatted(PROFILES.resolve(profile + ".conf"), TestJob.bundle("tiny-sd15-inpaint"))
            + conf);
  }

  private static boolean isObject(int x, int y) {
    return x >= 50 && x < 150 && y >= 50 && y < 100;
  }

  private static int level(int x, int y) {
    return (x + y) / 2;
  }

  private static String prompt(TestJob job) {
    return job.meta().get("a").<Row>getAs("meta").getAs("prompt");
  }

  private static RgbImage image(TestJob job) throws IOException {
    RgbImage image = ImageFiles.read(job.image("a", 0));
    assertThat(List.of(image.width(), image.height())).isEqualTo(List.of(WIDTH, HEIGHT));
    return image;
  }

  private static void assertSame(RgbImage after, int x, int y) {
    assertThat(red(after, x, y)).as("at %d, %d", x, y).isEqualTo(level(x, y));
  }

  private static void assertChanged(RgbImage after, int x, int y) {
    assertThat(red(after, x, y)).as("at %d, %d", x, y).isNotEqualTo(level(x, y));
  }

  private static int red(RgbImage image, int x, int y) {
    return image.pixels()[3 * (y * image.width() + x)] & 0xff;
  }
}
