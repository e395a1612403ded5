package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small diffusion model: prompts decide what is generated. */
class SmallModelTest {

  private static final int SIDE = 128;

  @TempDir static Path folder;

  private static JobRows rows;

  @BeforeAll
  static void run() throws IOException {
    rows = new JobRows(folder);
    String ground =
        ImageFiles.write(folder.resolve("ground.png"), SIDE, SIDE, (x, y) -> 225).toString();
    String mask =
        ImageFiles.write(folder.resolve("box.png"), SIDE, SIDE, (x, y) -> isMasked(x, y) ? 255 : 0)
            .toString();
    for (String colour : new String[] {"red", "yellow", "green", "blue", "purple"}) {
      String prompt = "a photo of a %s t-shirt on a plain white background".formatted(colour);
      rows.row(colour, "init_image", ground, "mask_image", mask, "prompt", prompt);
    }
    rows.run(
        """
        spackle {
          model { path = "%s", device = cpu }
          defaults { width = 128, height = 128, num-inference-steps = 10, guidance-scale = 3, seed = 7 }
          image.colour = srgb # the ground is a grey file
        }
        """
            .formatted(TestJob.bundle("spackle-small")));
  }

  private static boolean isMasked(int x, int y) {
    return Math.abs(x - SIDE / 2) < 32 && Math.abs(y - SIDE / 2) < 40;
  }

  @ParameterizedTest
  @CsvSource({"red, 355", "yellow, 50", "green, 120", "blue, 220", "purple, 290"})
  void generatesTheColourNamedInThePrompt(String colour, int hue) throws IOException {
    float[] hsb = meanInside(colour);
    assertThat(hsb[1]).as("saturation").isGreaterThan(0.25f);
    assertThat(Math.IEEEremainder(hsb[0] * 360 - hue, 360))
        .as("degrees between the hue of the masked region and %d", hue)
        .isBetween(-25.0, 25.0);
  }

  /** Hue, saturation and brightness of the mean colour in the middle of the masked region. */
  private static float[] meanInside(String id) throws IOException {
    Row row = rows.of(id);
    RgbImage image = ImageFiles.read(Path.of(row.<String>getList(row.fieldIndex("output")).get(0)));
    int[] sum = new int[3];
    int count = 0;
    for (int y = 44; y < 84; y++, count += 40) {
      for (int x = 44; x < 84; x++) {
        for (int channel = 0; channel < 3; channel++) {
          sum[channel] += image.pixels()[3 * (y * SIDE + x) + channel] & 0xff;
        }
      }
    }
    return Color.RGBtoHSB(sum[0] / count, sum[1] / count, sum[2] / count, null);
  }
}
