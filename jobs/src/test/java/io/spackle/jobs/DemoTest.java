package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.image.RgbImage;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A newcomer's first run, whose prompts decide what appears. */
class DemoTest {

  /** The demo's images. */
  static final Path SCENES = Path.of("../conf/demo").toAbsolutePath().normalize();

  @TempDir static Path folder;

  private static JobResult end;
  private static Map<String, Row> meta;

  @BeforeAll
  static void run() throws IOException {
    Path conf = Path.of("../conf/profiles/demo.conf");
    end = JobResult.of(conf, folder, "-D", "output.path=" + folder);
    meta = TestJob.meta(folder);
  }

  @Test
  void generatesTwelveImagesAndReportsTwoFailedRows() throws IOException {
    assertThat(end.messages()).contains("Note: the demo's model is small");
    assertThat(end.code()).isZero();
    assertThat(end.line().toString())
        .contains("\"rows\":14,\"succeeded\":12,\"failed\":2", "\"images\":12");
    assertThat(Files.readString(folder.resolve("summary.json")))
        .contains("\"FETCH_NOT_FOUND\" : 1", "\"ROW_INVALID\" : 1");
  }

  @ParameterizedTest
  @CsvSource({
    "blue-t-shirt, 220",
    "yellow-dress, 50",
    "orange-hoodie, 25",
    "red-dress, 355",
    "green-pants, 120",
    "purple-skirt, 290"
  })
  void generatesTheColourNamedInThePrompt(String id, int hue) throws IOException {
    float[] mean = meanOfHole(output(id), id);
    float[] hsb = Color.RGBtoHSB((int) mean[0], (int) mean[1], (int) mean[2], null);
    assertThat(Math.IEEEremainder(hsb[0] * 360 - hue, 360))
        .as("degrees between the hole's hue and %d", hue)
        .isBetween(-25.0, 25.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-ball", "no-bottle", "no-bag", "no-star", "mended"})
  void fillsMaskedRegionsLikeTheirSurroundings(String id) throws IOException {
    float[] hole = meanOfHole(output(id), id);
    float[] around = mean(ImageFiles.read(SCENES.resolve(id + ".png")), mask(id), false);
    for (int channel = 0; channel < 3; channel++) {
      assertThat(hole[channel]).isCloseTo(around[channel], within(20f));
    }
  }

  @Test
  void keepsPixelsOutsideTheMasks() throws IOException {
    for (String id : meta.keySet()) {
      if (meta.get(id).getAs("error") == null) {
        assertThat(outside(output(id), id))
            .as(id)
            .isEqualTo(outside(ImageFiles.read(SCENES.resolve(id + ".png")), id));
      }
    }
  }

  /** The pixels that the mask leaves out; the others black. */
  private static byte[] outside(RgbImage image, String id) throws IOException {
    byte[] kept = image.pixels().clone();
    byte[] mask = mask(id).pixels();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = mask[i] == 0 ? kept[i] : 0;
    }
    return kept;
  }

  private static RgbImage output(String id) throws IOException {
    Row row = meta.get(id);
    return ImageFiles.read(Path.of(row.<String>getList(row.fieldIndex("output")).get(0)));
  }

  private static RgbImage mask(String id) throws IOException {
    return ImageFiles.read(SCENES.resolve(id + "_mask.png"));
  }

  private static float[] meanOfHole(RgbImage image, String id) throws IOException {
    return mean(image, mask(id), true);
  }

  /** Mean red, green and blue of the pixels inside the mask, or of those outside. */
  private static float[] mean(RgbImage image, RgbImage mask, boolean inside) {
    double[] sum = new double[3];
    int count = 0;
    for (int i = 0; i < image.pixels().length; i += 3) {
      if (mask.pixels()[i] != 0 == inside) {
        for (int channel = 0; channel < 3; channel++) {
          sum[channel] += image.pixels()[i + channel] & 0xff;
        }
        count++;
      }
    }
    return new float[] {(float) sum[0] / count, (float) sum[1] / count, (float) sum[2] / count};
  }
}
