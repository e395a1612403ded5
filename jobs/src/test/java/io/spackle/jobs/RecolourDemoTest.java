package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo of garments in other colours. */
class RecolourDemoTest {

  /** The width of the photos in pixels. */
  private static final int SIDE = 256;

  @TempDir static Path folder;

  private static JobResult end;
  private static Map<String, Row> meta;

  @BeforeAll
  static void run() throws IOException {
    Path conf = Path.of("../conf/profiles/demo-recolour.conf");
    end = JobResult.of(conf, folder, "-D", "output.path=" + folder);
    meta = TestJob.meta(folder);
  }

  @Test
  void recoloursFourGarments() {
    assertThat(end.code()).isZero();
    assertThat(meta)
        .containsOnlyKeys("blue-top", "green-shirt", "red-vest", "yellow-hoodie")
        .allSatisfy((id, row) -> assertThat(row.<Object>getAs("error")).isNull());
  }

  /** Hues in degrees, from red over green and blue. */
  @ParameterizedTest
  @CsvSource({"blue-top, 215", "green-shirt, 125", "red-vest, 357", "yellow-hoodie, 50"})
  void theGarmentHasTheHueThatThePromptNames(String id, double hue) throws IOException {
    int[] before = photo(id);
    int[] after = result(id);
    double[] sum = new double[2];
    for (int i = 0; i < before.length; i++) {
      if (before[i] != after[i]) {
        double angle = hue(after[i]);
        sum[0] += Math.cos(angle);
        sum[1] += Math.sin(angle);
      }
    }
    double mean = Math.toDegrees(Math.atan2(sum[1], sum[0]));
    assertThat(Math.IEEEremainder(mean - hue, 360)).isCloseTo(0, within(25.0));
  }

  @ParameterizedTest
  @CsvSource({"blue-top", "green-shirt", "red-vest", "yellow-hoodie"})
  void theFoldsStayAndTheGroundIsNotTouched(String id) throws IOException {
    int[] before = photo(id);
    int[] after = result(id);
    int[] mask = DemoTest.argb(DemoTest.PHOTOS.resolve(id + "-mask.png"));
    assertThat(IntStream.range(0, mask.length).filter(i -> isOutsideGrownMask(mask, i)))
        .allMatch(i -> before[i] == after[i]);
    int[] garment = IntStream.range(0, mask.length).filter(i -> (mask[i] & 0xff) != 0).toArray();
    assertThat(correlation(garment, before, after)).as("of the light").isGreaterThan(0.9);
  }

  /** Whether a pixel is farther than the profile's {@code image.mask-grow} from the mask. */
  private static boolean isOutsideGrownMask(int[] mask, int pixel) {
    return IntStream.of(0, -1, 1, -SIDE, SIDE)
        .map(step -> Math.floorMod(pixel + step, mask.length))
        .allMatch(i -> (mask[i] & 0xff) == 0);
  }

  private static double correlation(int[] pixels, int[] before, int[] after) {
    double[] x = IntStream.of(pixels).mapToDouble(i -> light(before[i])).toArray();
    double[] y = IntStream.of(pixels).mapToDouble(i -> light(after[i])).toArray();
    double meanX = IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElseThrow();
    double meanY = IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElseThrow();
    double covariance = 0;
    double varianceX = 0;
    double varianceY = 0;
    for (int i = 0; i < x.length; i++) {
      covariance += (x[i] - meanX) * (y[i] - meanY);
      varianceX += (x[i] - meanX) * (x[i] - meanX);
      varianceY += (y[i] - meanY) * (y[i] - meanY);
    }
    return covariance / Math.sqrt(varianceX * varianceY);
  }

  private static double light(int rgb) {
    return 0.2126 * (rgb >> 16 & 0xff) + 0.7152 * (rgb >> 8 & 0xff) + 0.0722 * (rgb & 0xff);
  }

  private static double hue(int rgb) {
    double red = rgb >> 16 & 0xff;
    double green = rgb >> 8 & 0xff;
    double blue = rgb & 0xff;
    return Math.atan2(Math.sqrt(3) * (green - blue), 2 * red - green - blue);
  }

  private static int[] photo(String id) throws IOException {
    return DemoTest.argb(
        DemoTest.PHOTOS.resolve(meta.get(id).<Row>getAs("meta").<String>getAs("init_image")));
  }

  private static int[] result(String id) throws IOException {
    Row row = meta.get(id);
    return DemoTest.argb(Path.of(row.<String>getList(row.fieldIndex("output")).get(0)));
  }
}
