package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.sql.Spackle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlDatasetTest {

  @TempDir Path folder;

  /** Without a seed: a row's own comes of its key, which is the same in both. */
  @Test
  void jobAndDatasetGiveTheSameImage() throws IOException {
    String row =
        """
        {"id": "a", "init_image": "%1$s/bottle.png", "mask_image": "%1$s/bottle_mask.png", "prompt": "a jug"}
        """
            .formatted(TestJob.photos());
    String conf =
        """
        spackle {
          model.path = "%s"
          defaults { width = 64, height = 64, num-inference-steps = 2 }
          fetch.allow-files = ["%s"]
        }
        """
            .formatted(TestJob.bundle("tiny-sd15-inpaint"), TestJob.photos());
    TestJob job = TestJob.run(folder, row, conf);
    Row painted =
        Spackle.inpaint(
                TestSpark.session().read().json(folder.resolve("rows.jsonl").toString()),
                Map.of(
                    "model.path", TestJob.bundle("tiny-sd15-inpaint").toString(),
                    "model.device", "cpu",
                    "defaults.width", "64",
                    "defaults.height", "64",
                    "defaults.num-inference-steps", "2",
                    "fetch.allow-files", "[\"" + TestJob.photos() + "\"]"))
            .head();
    List<byte[]> images = painted.getList(painted.fieldIndex("images"));
    assertThat(images.get(0)).isEqualTo(Files.readAllBytes(job.image("a", 0)));
    assertThat(painted.<Row>getAs("meta").<Long>getAs("seed"))
        .isEqualTo(job.meta().get("a").<Row>getAs("meta").<Long>getAs("seed"));
    assertThat(painted.<String>getAs("row_key")).isEqualTo(job.meta().get("a").getAs("row_key"));
  }
}
