package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.sink.ImageLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs whose images are a data set, in each layout of many images to a file. */
class ImageLayoutTest {

  @TempDir Path folder;

  @BeforeEach
  void draw() throws IOException {
    draw("photo.png");
    ImageFiles.write(folder.resolve("mask.png"), 64, 64, (x, y) -> x > y ? 255 : 0);
  }

  /** Whatever became of the rows: the files hold what meta rows name, and nothing else. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void filesHoldExactlyTheImagesThatMetaRowsName(ImageLayout layout) throws IOException {
    String rows =
        row("a", "photo.png", "x") + row("b", "late.png", "x") + row("c.d", "photo.png", "x");
    run(rows, layout).isDone();
    assertThat(images(layout).keySet())
        .containsExactlyInAnyOrder("a-0.png", "a-1.png", "c%2Ed-0.png", "c%2Ed-1.png")
        .isEqualTo(named());
    assertThat(images(layout).get("a-1.png").length).isPositive();
    List<String> files = files();

    draw("late.png");
    Path orphan = orphan();
    Files.createDirectories(folder.resolve("out/meta/.spackle-dead"));
    String changed =
        row("a", "photo.png", "new") + row("b", "late.png", "x") + row("c.d", "photo.png", "x");
    JobResult end = run(changed, layout, "output.retry-codes = [FETCH_NOT_FOUND]").isDone();
    assertThat(end.line().get("succeeded").asInt()).isEqualTo(2);
    assertThat(orphan).as("of an attempt that died").doesNotExist();
    assertThat(files())
        .as("a run that died left nothing")
        .hasSizeLessThanOrEqualTo(files.size() + 2);
    assertThat(images(layout).keySet())
        .contains("a-0.png", "b-0.png", "c%2Ed-0.png")
        .isEqualTo(named())
        .hasSize(6);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void webhooksRequireImageFiles(ImageLayout layout) throws IOException {
    String asked =
        row("a", "photo.png", "x").replace("}", ", \"webhook\": \"https://example.com/\"}");
    run(asked, layout).isRefused("spackle.output.images is " + name(layout) + ": set it to files");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private JobResult run(String rows, ImageLayout layout, String... more) throws IOException {
    String conf =
        "spackle { manifest.base = \"%s\", output.images = %s, defaults.samples = 2, report.enabled = true\n%s\n}"
            .formatted(folder, name(layout), String.join("\n", more));
    return JobResult.run(folder, rows, conf);
  }

  private static String name(ImageLayout layout) {
    return layout.name().toLowerCase(Locale.ROOT);
  }

  private static String row(String id, String photo, String prompt) {
    return """
    {"id": "%s", "init_image": "%s", "mask_image": "mask.png", "prompt": "%s"}
    """
        .formatted(id, photo, prompt);
  }

  private void draw(String name) throws IOException {
    ImageFiles.write(folder.resolve(name), 64, 64, (x, y) -> 2 * x + y);
  }

  /** A file that nothing tells from one that an attempt published whose executor died then. */
  private Path orphan() throws IOException {
    Path file = folder.resolve("out/images").resolve(files().get(0));
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.'));
    return Files.copy(file, file.resolveSibling("part-" + UUID.randomUUID() + ending));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("out/images"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The names in the locations of the meta rows, whose files must be there. */
  private TreeSet<String> named() {
    TreeSet<String> names = new TreeSet<>();
    for (Row row : TestJob.meta(folder.resolve("out")).values()) {
      for (String location : row.<String>getList(row.fieldIndex("output"))) {
        int end = location.lastIndexOf('#');
        assertThat(Path.of(location.substring(0, end))).isRegularFile();
        names.add(location.substring(end + 1));
      }
    }
    return names;
  }

  /** All images that a reader of the whole folder finds, by name; none twice, all sound. */
  private Map<String, byte[]> images(ImageLayout layout) throws IOException {
    Map<String, byte[]> images = new TreeMap<>();
    for (String file : files()) {
      Path path = folder.resolve("out/images").resolve(file);
      Map<String, byte[]> found = layout == ImageLayout.PARQUET ? ofParquet(path) : ofTar(path);
      for (Map.Entry<String, byte[]> image : found.entrySet()) {
        assertThat(images.put(image.getKey(), image.getValue())).isNull();
        assertThat(ImageIO.read(new ByteArrayInputStream(image.getValue())).getWidth())
            .isEqualTo(64);
      }
    }
    return images;
  }

  private static Map<String, byte[]> ofParquet(Path file) {
    Map<String, byte[]> images = new TreeMap<>();
    for (Row row :
        TestSpark.session().read().parquet(file.toString()).select("image.*").collectAsList()) {
      images.put(row.getAs("path"), row.getAs("bytes"));
    }
    return images;
  }

  private static Map<String, byte[]> ofTar(Path file) throws IOException {
    Map<String, byte[]> images = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file);
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().endsWith(".png")) {
          images.put(entry.getName(), tar.readAllBytes());
        }
      }
    }
    return images;
  }
}
