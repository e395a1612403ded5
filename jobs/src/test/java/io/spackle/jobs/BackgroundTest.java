package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Products with soft edges on new backgrounds. */
class BackgroundTest {

  private static final int SIDE = 80;
  private static final Path PROFILES = Path.of("../conf/profiles").toAbsolutePath().normalize();

  @TempDir Path folder;

  private Path photo;
  private Path mask;

  @BeforeEach
  void draw() throws IOException {
    photo = folder.resolve("photo.png");
    mask = ImageFiles.write(folder.resolve("mask.png"), SIDE, SIDE, BackgroundTest::opacity);
  }

  /** A disc with a rim of eight pixels. */
  private static int opacity(int x, int y) {
    double radius = Math.hypot(x - 39.5, y - 39.5);
    return (int) Math.round(255 * Math.max(0, Math.min(1, (30 - radius) / 8)));
  }

  @Test
  void aCutOutOfAWhiteDiscOnWhiteHasNoHalo() throws IOException {
    BufferedImage cutOut = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      cutOut.setRGB(i % SIDE, i / SIDE, opacity(i % SIDE, i / SIDE) << 24 | 0xFFFFFF);
    }
    ImageIO.write(cutOut, "png", photo.toFile());
    JsonNode report = whiten("--mask", photo);
    for (byte value : output().pixels()) {
      assertThat(value & 0xFF).isGreaterThan(250);
    }
    assertThat(ImageIO.read(folder.resolve("out.png").toFile()).getColorModel().hasAlpha())
        .isFalse();
    assertThat(notes(report)).contains("ALPHA_FLATTENED", "MATTE_UNCERTAIN");
  }

  @Test
  void aPhotoOfADarkDiscOnGreenKeepsNoGreenOnAnyBackground() throws IOException {
    drawDisc(0x502010, 0x10D030);
    whiten("--mask", mask);
    assertNoGreen(output());
    whiten("--mask", mask, "-D", "image.background=C080FF");
    assertNoGreen(output());
    assertThat(pixel(output(), 2, 2)).isEqualTo(0xC080FF);
    assertThat(pixel(output(), 40, 40)).isEqualTo(0x502010);
  }

  private static void assertNoGreen(RgbImage image) {
    for (int i = 0; i < SIDE * SIDE; i++) {
      int pixel = pixel(image, i % SIDE, i / SIDE);
      int green = pixel >> 8 & 0xFF;
      assertThat(green).as("pixel %d", i).isLessThan(Math.max(pixel >> 16, pixel & 0xFF) + 12);
    }
  }

  @Test
  void aHardMaskIsPasted() throws IOException {
    drawDisc(0x502010, 0x10D030);
    ImageFiles.write(mask, SIDE, SIDE, (x, y) -> opacity(x, y) > 127 ? 255 : 0);
    whiten("--mask", mask);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        boolean kept = opacity(x, y) > 127;
        assertThat(pixel(output(), x, y))
            .isEqualTo(kept ? pixel(ImageFiles.read(photo), x, y) : 0xFFFFFF);
      }
    }
  }

  @Test
  void aShadowIsKeptOrDropped() throws IOException {
    drawDisc(0x502010, 0xE0E0E0);
    BufferedImage shadowed = ImageIO.read(photo.toFile());
    for (int x = 30; x < 50; x++) {
      for (int y = 71; y < 77; y++) {
        shadowed.setRGB(x, y, 0x909090);
      }
    }
    ImageIO.write(shadowed, "png", photo.toFile());
    assertThat(notes(whiten("--mask", mask))).isEmpty();
    assertThat(pixel(output(), 40, 74)).isEqualTo(0xFFFFFF);
    whiten("--mask", mask, "-D", "image.shadow=keep");
    assertThat(pixel(output(), 40, 74) & 0xFF).isBetween(150, 180);
    assertThat(pixel(output(), 3, 3)).isEqualTo(0xFFFFFF);
    assertThat(pixel(output(), 40, 40)).isEqualTo(0x502010);
  }

  /** A model generates under the soft edge, too: what it sees there is masked. */
  @Test
  void aGeneratedBackgroundReachesUnderTheSoftEdge() throws IOException {
    drawDisc(0x502010, 0x10D030);
    command("replace-background", TestJob.bundle("tiny-sd15-inpaint"), "--mask", mask);
    RgbImage output = output();
    RgbImage before = ImageFiles.read(photo);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        if (opacity(x, y) == 255) {
          assertThat(pixel(output, x, y)).isEqualTo(pixel(before, x, y));
        } else if (opacity(x, y) < 100) {
          assertThat(pixel(output, x, y)).isNotEqualTo(pixel(before, x, y));
        }
      }
    }
  }

  @Test
  void aShadowWithoutAMatteIsRefused() throws IOException {
    drawDisc(0x502010, 0xE0E0E0);
    CommandResult result =
        CommandResult.run(
            "inpaint",
            "--model",
            "builtin:fill",
            "--image",
            photo,
            "--mask",
            mask,
            "--out",
            folder.resolve("out.png"),
            "-D",
            "image.shadow=keep");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.messages())
        .contains("spackle.image.shadow is keep, which needs image.composite = matte");
  }

  /** As a lens sees it: mixed in linear light. */
  private void drawDisc(int disc, int background) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      double share = opacity(i % SIDE, i / SIDE) / 255.0;
      int pixel = 0;
      for (int shift = 16; shift >= 0; shift -= 8) {
        double light =
            share * light(disc >> shift & 0xFF) + (1 - share) * light(background >> shift & 0xFF);
        pixel |= (int) Math.round(255 * Math.pow(light, 1 / 2.2)) << shift;
      }
      image.setRGB(i % SIDE, i / SIDE, pixel);
    }
    ImageIO.write(image, "png", photo.toFile());
  }

  private static double light(int level) {
    return Math.pow(level / 255.0, 2.2);
  }

  private JsonNode whiten(Object... arguments) throws IOException {
    return command("white-background", "builtin:fill", arguments);
  }

  private JsonNode command(String profile, Object model, Object... arguments) throws IOException {
    List<Object> command = new ArrayList<>(List.of("inpaint", "--model", model));
    command.addAll(List.of("--image", photo, "--out", folder.resolve("out.png")));
    command.addAll(List.of("--conf", PROFILES.resolve(profile + ".conf"), "--steps", 2));
    command.addAll(List.of(arguments));
    CommandResult result = CommandResult.run(command.toArray());
    assertThat(result.code()).as(result.messages()).isZero();
    return new ObjectMapper().readTree(result.out());
  }

  private RgbImage output() throws IOException {
    return ImageFiles.read(folder.resolve("out.png"));
  }

  private static int pixel(RgbImage image, int x, int y) {
    int at = 3 * (y * image.width() + x);
    byte[] pixels = image.pixels();
    return (pixels[at] & 0xFF) << 16 | (pixels[at + 1] & 0xFF) << 8 | pixels[at + 2] & 0xFF;
  }

  private static List<String> notes(JsonNode report) {
    return Stream.iterate(0, i -> i < report.get("notes").size(), i -> i + 1)
        .map(i -> report.get("notes").get(i).asText())
        .filter(note -> !note.equals("PARAMETERS_UNUSED"))
        .toList();
  }
}
