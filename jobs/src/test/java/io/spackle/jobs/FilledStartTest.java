package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.row.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs of diffusion models with {@code image.fill = patchmatch}. */
class FilledStartTest {

  private static final String FILL = "spackle.image.fill = patchmatch\n";

  @TempDir Path folder;

  private JobRows rows;

  @BeforeEach
  void startSpark() throws IOException {
    TestSpark.session();
    rows = new JobRows(folder);
    ImageFiles.write(
        rows.file("photo.png"),
        JobRows.SIDE,
        JobRows.SIDE,
        (x, y) -> isMasked(x, y) ? 255 : 30 + (x * x + 3 * y) % 60);
    ImageFiles.write(
        rows.file("mask.png"), JobRows.SIDE, JobRows.SIDE, (x, y) -> isMasked(x, y) ? 255 : 0);
  }

  private static boolean isMasked(int x, int y) {
    return x >= 16 && x < 40 && y >= 16 && y < 40;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sd15-inpaint", "tiny-flux-fill"})
  void belowStrengthOneModelsStartFromTheFill(String bundle) throws IOException {
    String model = model(bundle);
    rows.row("weak", "strength", 0.6, "seed", 1).row("full", "strength", 1, "seed", 1);
    model += "spackle.defaults.num-inference-steps = 4\n"; // with two, Flux would skip none
    rows.run(model);
    RgbImage weak = rows.image("weak");
    RgbImage full = rows.image("full");
    rows.run(model + FILL + "spackle.output.mode = overwrite");
    assertThat(rows.image("weak").pixels()).isNotEqualTo(weak.pixels());
    assertThat(rows.image("full").pixels()).isEqualTo(full.pixels());
    RgbImage photo = ImageFiles.read(rows.file("photo.png"));
    for (int i = 0; i < photo.pixels().length; i++) {
      if (!isMasked(i / 3 % JobRows.SIDE, i / 3 / JobRows.SIDE)) {
        assertThat(rows.image("weak").pixels()[i]).isEqualTo(photo.pixels()[i]);
      }
    }
  }

  @Test
  void sameBytesInAnyBatchAndAsTheCommandGives() throws IOException {
    String conf = model("tiny-sd15-inpaint") + FILL + "spackle.defaults.strength = 0.6\n";
    for (int i = 0; i < 4; i++) {
      rows.row("r" + i, "seed", i);
    }
    Map<String, RgbImage> together = images(conf);
    Map<String, RgbImage> alone =
        images(conf + "spackle { batch.max-images = 1, output.mode = overwrite }");
    alone.forEach(
        (id, image) -> assertThat(together.get(id).pixels()).as(id).isEqualTo(image.pixels()));
    Path out = folder.resolve("command.png");
    CommandResult command =
        CommandResult.run(
            "inpaint",
            "--model",
            TestJob.bundle("tiny-sd15-inpaint"),
            "--image",
            rows.file("photo.png"),
            "--mask",
            rows.file("mask.png"),
            "--prompt",
            "a plain wall",
            "--seed",
            2,
            "--conf",
            conf(conf),
            "--out",
            out);
    assertThat(command.code()).as(command.messages()).isZero();
    assertThat(ImageFiles.read(out).pixels()).isEqualTo(together.get("r2").pixels());
  }

  private Path conf(String settings) throws IOException {
    return Files.writeString(
        folder.resolve("one.conf"), JobResult.baseConf("rows.jsonl") + settings);
  }

  private Map<String, RgbImage> images(String conf) throws IOException {
    rows.run(conf);
    Map<String, RgbImage> images = new TreeMap<>();
    for (Row meta : rows.meta()) {
      images.put(meta.getAs("id"), rows.image(meta.getAs("id")));
    }
    return images;
  }

  @Test
  void rowsWithNothingToCopyFail() throws IOException {
    ImageFiles.write(rows.file("full.png"), JobRows.SIDE, JobRows.SIDE, (x, y) -> 255);
    rows.row("weak", "mask_image", rows.file("full.png").toString(), "strength", 0.6);
    rows.row("full", "mask_image", rows.file("full.png").toString(), "strength", 1);
    rows.row("excluded", "exclude_image", rows.file("full.png").toString(), "strength", 0.6);
    rows.run(model("idle-sd15-inpaint") + FILL);
    rows.isFailed("weak", ErrorCode.NOTHING_TO_COPY);
    rows.isFailed("excluded", ErrorCode.NOTHING_TO_COPY);
    assertThat(rows.image("full").width()).isEqualTo(JobRows.SIDE);
  }

  private static String model(String bundle) {
    return "spackle.model.path = \"%s\"\n".formatted(TestJob.bundle(bundle));
  }
}
