package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo profile: the first run of new users. */
class DemoTest {

  /** The demo's images and masks. */
  static final Path PHOTOS = Path.of("../conf/demo").toAbsolutePath().normalize();

  /** Side of a photo in pixels. */
  private static final int SIDE = 256;

  private static final List<String> ROWS =
      List.of(
          "cut-out",
          "no-cap",
          "no-caption",
          "no-hanger",
          "no-logo",
          "no-polo",
          "no-price",
          "no-print",
          "no-scratches",
          "no-stain",
          "no-tag",
          "no-watermark");

  @TempDir static Path folder;

  private static JobResult end;
  private static Map<String, Row> meta;

  @BeforeAll
  static void run() throws IOException {
    Path conf = Path.of("../conf/profiles/demo.conf");
    end = JobResult.of(conf, folder, "-D", "output.path=" + folder);
    meta = TestJob.meta(folder);
  }

  static List<String> rows() {
    return ROWS;
  }

  @Test
  void makesTwelveImagesAndReportsTwoFailedRows() throws IOException {
    assertThat(end.code()).isZero();
    assertThat(end.line().toString())
        .contains("\"rows\":14,\"succeeded\":12,\"failed\":2", "\"images\":12");
    assertThat(Files.readString(folder.resolve("summary.json")))
        .contains("\"FETCH_NOT_FOUND\" : 1", "\"ROW_INVALID\" : 1");
    assertThat(meta)
        .hasSize(14)
        .containsKeys("lost", "eager")
        .containsKeys(ROWS.toArray(String[]::new));
  }

  @Test
  void saysWhereToLookAndThatPromptsNeedAModel() {
    assertThat(end.messages())
        .contains("Note: the demo erases without a model", "Report: ", "report/index.html");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void changesTheMaskedRegionAndNothingElse(String id) throws IOException {
    int[] before = photo(id);
    int[] after = result(id);
    boolean[] mask = mask(id);
    assertThat(pixels(i -> !mask[i] && before[i] != after[i])).isZero();
    assertThat(pixels(i -> mask[i] && before[i] != after[i]))
        .isGreaterThan(pixels(i -> mask[i]) / 2);
  }

  @Test
  void keepsTheTransparencyOfTheCutOut() throws IOException {
    int[] before = photo("cut-out");
    int[] after = result("cut-out");
    assertThat(pixels(i -> before[i] >>> 24 == 0)).isGreaterThan(SIDE * SIDE / 4);
    assertThat(pixels(i -> before[i] >>> 24 != after[i] >>> 24)).isZero();
  }

  /** What is left has the colours of the cloth or the ground around it. */
  @ParameterizedTest
  @ValueSource(strings = {"no-stain", "no-print", "no-logo", "no-tag", "no-polo", "cut-out"})
  void fillsTheMaskedRegionLikeItsSurroundings(String id) throws IOException {
    boolean[] mask = mask(id);
    boolean[] near = near(mask);
    double[] inside = mean(result(id), i -> mask[i]);
    double[] around = mean(photo(id), i -> !mask[i] && near[i]);
    for (int channel = 0; channel < 3; channel++) {
      assertThat(inside[channel]).isCloseTo(around[channel], within(12.0));
    }
  }

  private static long pixels(IntPredicate isCounted) {
    return IntStream.range(0, SIDE * SIDE).filter(isCounted).count();
  }

  /** Mean red, green and blue. */
  private static double[] mean(int[] image, IntPredicate isChosen) {
    return IntStream.of(16, 8, 0)
        .mapToDouble(
            shift ->
                IntStream.range(0, SIDE * SIDE)
                    .filter(isChosen)
                    .map(i -> image[i] >> shift & 0xff)
                    .average()
                    .orElseThrow())
        .toArray();
  }

  /** Where a masked pixel lies within six pixels in both directions. */
  private static boolean[] near(boolean[] mask) {
    boolean[] near = new boolean[mask.length];
    for (int i = 0; i < mask.length; i++) {
      for (int y = Math.max(0, i / SIDE - 6);
          mask[i] && y <= Math.min(SIDE - 1, i / SIDE + 6);
          y++) {
        int from = y * SIDE + Math.max(0, i % SIDE - 6);
        int to = y * SIDE + Math.min(SIDE - 1, i % SIDE + 6);
        Arrays.fill(near, from, to + 1, true);
      }
    }
    return near;
  }

  private static int[] photo(String id) throws IOException {
    return argb(PHOTOS.resolve(meta.get(id).<Row>getAs("meta").<String>getAs("init_image")));
  }

  private static boolean[] mask(String id) throws IOException {
    int[] levels = argb(PHOTOS.resolve(id + "-mask.png"));
    boolean[] mask = new boolean[levels.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (levels[i] & 0xff) != 0;
    }
    return mask;
  }

  private static int[] result(String id) throws IOException {
    Row row = meta.get(id);
    return argb(Path.of(row.<String>getList(row.fieldIndex("output")).get(0)));
  }

  /** The pixels of one of the demo's photos, or of a result of it. */
  static int[] argb(Path file) throws IOException {
    return ImageIO.read(file.toFile()).getRGB(0, 0, SIDE, SIDE, null, 0, SIDE);
  }
}
