package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose input is a data set of persons and garments. */
class PairsJobTest {

  @TempDir Path folder;

  @Test
  void pairsAreDressedAndTheirDataSetIsOneOfPairsAgain() throws IOException {
    draw("set/image/p0.png", 0);
    draw("set/image/p1.png", 50);
    draw("set/cloth/g0.png", 100);
    draw("set/cloth/g1.png", 150);
    mask("p0");
    Files.writeString(
        folder.resolve("set/test_pairs.txt"),
        "p0.png g0.png\np0.png g1.png\np1.png g0.png\np0.png\np1.png g9.png\n");
    Path conf = job("set", "out");
    JobResult.of(conf).isDone();
    Map<String, Row> meta = TestJob.meta(folder.resolve("out"));
    for (String id : List.of("p0__g0", "p0__g1")) {
      assertThat(meta.get(id).<String>getAs("status")).as(id).isEqualTo("success");
    }
    assertThat(meta.get("p0__g1").<String>getAs("person")).isEqualTo("p0.png");
    assertThat(meta.get("p0__g1").<String>getAs("garment")).isEqualTo("g1.png");
    assertThat(error(meta.get("p1__g0"), "code")).isEqualTo("FETCH_NOT_FOUND");
    assertThat(error(meta.get("p1__g0"), "message")).contains("agnostic-mask/p1_mask.png");
    assertThat(meta.get("p1__g9").<Long>getAs("list_line")).isEqualTo(5);
    assertThat(meta.values())
        .filteredOn(row -> "ROW_MALFORMED".equals(error(row, "code")))
        .extracting(row -> error(row, "message"))
        .containsExactly(
            "line 4: test_pairs.txt: one name found, those of a person and a garment expected");

    mask("p1");
    JobResult again =
        JobResult.of(conf, folder.resolve("out"), "--retry-codes", "FETCH_NOT_FOUND").isDone();
    assertThat(again.line().get("succeeded").asInt())
        .as("the pair with the late mask")
        .isEqualTo(1);

    CommandResult export =
        CommandResult.run(
            "export", conf, "--format", "viton", "--to", folder.resolve("made"), "--test-share", 0);
    assertThat(export.code()).as(export.messages()).isZero();
    JobResult.of(job("made/train", "out-made"), folder.resolve("out-made")).isDone();
    assertThat(TestJob.meta(folder.resolve("out-made")).keySet())
        .containsExactly("p0__g0", "p0__g1", "p1__g0");
  }

  private static String error(Row row, String field) {
    Row error = row.getAs("error");
    return error == null ? null : error.getAs(field);
  }

  private Path job(String set, String output) throws IOException {
    return Files.writeString(
        folder.resolve(output + ".conf"),
        """
        spackle {
          manifest.pairs = "%s"
          output.path = "%s"
          model { path = "%s", device = cpu }
          defaults { width = 64, height = 64, num-inference-steps = 1, guidance-scale = 1 }
          report.enabled = false
        }
        """
            .formatted(set, output, TestJob.bundle("tiny-catvton")));
  }

  private void mask(String person) throws IOException {
    Path file = folder.resolve("set/agnostic-mask/" + person + "_mask.png");
    Files.createDirectories(file.getParent());
    ImageFiles.write(file, 64, 64, (x, y) -> x > 20 ? 255 : 0);
  }

  private void draw(String name, int seed) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageFiles.write(file, 64, 64, (x, y) -> (seed + 3 * x + y * y) % 256);
  }
}
