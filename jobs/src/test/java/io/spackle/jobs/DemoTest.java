package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

  private static final SparkSession SPARK = TestSpark.session();

  /** Levels that other Java releases may round edges and gradients by. */
  private static final int TOLERANCE = 3;

  @TempDir Path folder;

  @Test
  void whatIsCommittedIsWhatTheGeneratorDraws() throws IOException {
    Set<String> files = new HashSet<>(Set.of("manifest.jsonl"));
    for (DemoScenes.Scene scene : DemoScenes.scenes()) {
      compare(scene.id() + ".png", scene.drawn());
      compare(scene.id() + "_mask.png", scene.drawnMask());
      files.add(scene.id() + ".png");
      files.add(scene.id() + "_mask.png");
    }
    assertThat(DemoScenes.FOLDER.resolve("manifest.jsonl")).hasContent(DemoScenes.manifest());
    try (Stream<Path> committed = Files.list(DemoScenes.FOLDER)) {
      assertThat(committed.map(file -> file.getFileName().toString()).collect(Collectors.toSet()))
          .isEqualTo(files);
    }
  }

  @Test
  void theDemoPaintsTwelvePicturesAndReportsTwoBadRows() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int code =
        InpaintJob.run(
            new String[] {"../conf/profiles/demo.conf", "-D", "output.path=" + folder},
            new PrintStream(out, true, UTF_8),
            new PrintStream(messages, true, UTF_8));
    assertThat(messages.toString(UTF_8)).contains("Note: the demo's model is tiny and untrained");
    assertThat(code).isZero();
    assertThat(out.toString(UTF_8))
        .contains("\"rows\":14,\"succeeded\":12,\"failed\":2", "\"images\":12");
    assertThat(Files.readString(folder.resolve("summary.json")))
        .contains("\"FETCH_NOT_FOUND\" : 1", "\"ROW_INVALID\" : 1");
    BufferedImage mug = ImageIO.read(output("mug").toFile());
    BufferedImage source = ImageIO.read(DemoScenes.FOLDER.resolve("mug.png").toFile());
    assertThat(mug.getWidth()).isEqualTo(source.getWidth());
    assertThat(mug.getRGB(20, 20)).as("outside the mask").isEqualTo(source.getRGB(20, 20));
  }

  private Path output(String id) {
    return Path.of(
        SPARK
            .read()
            .parquet(folder.resolve("meta").toString())
            .where("id = '" + id + "'")
            .selectExpr("output[0]")
            .first()
            .getString(0));
  }

  private static void compare(String name, BufferedImage drawn) throws IOException {
    BufferedImage committed = ImageIO.read(DemoScenes.FOLDER.resolve(name).toFile());
    int far = 0;
    for (int y = 0; y < drawn.getHeight(); y++) {
      for (int x = 0; x < drawn.getWidth(); x++) {
        far += isFar(committed.getRGB(x, y), drawn.getRGB(x, y)) ? 1 : 0;
      }
    }
    assertThat(far).as("pixels of %s that differ: run DemoScenes", name).isLessThan(100);
  }

  private static boolean isFar(int one, int other) {
    return Stream.of(0, 8, 16)
        .anyMatch(shift -> Math.abs((one >> shift & 255) - (other >> shift & 255)) > TOLERANCE);
  }
}
