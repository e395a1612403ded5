package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.SourceImage;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.metadata.ImageMetadata;
import io.spackle.metadata.ImageMetadata.Colours;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows whose canvas grows: what is new is generated, and the photo stays as it is. */
class ExtendingTest {

  private static final int WIDTH = 61;
  private static final int HEIGHT = 43;
  private static final int OVERLAP = 4;

  @TempDir Path folder;

  private Path photo;

  @BeforeEach
  void draw() throws IOException {
    photo = ImageFiles.write(folder.resolve("photo.png"), WIDTH, HEIGHT, ExtendingTest::texture);
  }

  private static int texture(int x, int y) {
    return 40 + (7 * x + 13 * y + x * y) % 90;
  }

  @ParameterizedTest
  @CsvSource({
    "builtin:patchmatch, 1:1, 61, 61, 0, 9",
    "builtin:patchmatch, left=20, 81, 43, 20, 0",
    "tiny-erase-migan, 'left=5, top=6, right=7, bottom=8', 73, 57, 5, 6",
    "tiny-erase-floats, 1:1 top, 61, 61, 0, 0",
    "tiny-sd15-inpaint, 99x77 bottom-right, 99, 77, 38, 34",
    "tiny-sdxl-inpaint, 4:5, 61, 76, 0, 16",
    "tiny-flux-fill, right=33, 94, 43, 0, 0"
  })
  void outputHasTheRequestedSizeAndThePhotoIsInItsPlace(
      String model, String extend, int width, int height, int left, int top) throws IOException {
    RgbImage output = extended(photo, model, extend, "image.mask-blur = 2");
    assertThat(List.of(output.width(), output.height())).containsExactly(width, height);
    int inset = OVERLAP;
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        boolean atJoin =
            left > 0 && x < inset
                || top > 0 && y < inset
                || left + WIDTH < width && x >= WIDTH - inset
                || top + HEIGHT < height && y >= HEIGHT - inset;
        if (!atJoin) {
          assertThat(red(output, x + left, y + top)).as("%d, %d", x, y).isEqualTo(texture(x, y));
        }
      }
    }
  }

  /** The usual size of trouble: odd, and larger than the model works at. */
  @ParameterizedTest
  @ValueSource(strings = {"builtin:patchmatch", "tiny-sd15-inpaint"})
  void aTransparentPhotoOfOddSizeStaysTransparent(String model) throws IOException {
    BufferedImage cutOut = new BufferedImage(881, 503, BufferedImage.TYPE_INT_ARGB);
    for (int y = 100; y < 400; y++) {
      for (int x = 200; x < 600; x++) {
        cutOut.setRGB(x, y, 0xFF000000 | texture(x, y) * 0x10101);
      }
    }
    ImageIO.write(cutOut, "png", photo.toFile());
    SourceImage output = source(run(photo, model, "1:1", "defaults { width = 64, height = 64 }"));
    Mask alpha = output.alpha().orElseThrow();
    assertThat(List.of(alpha.width(), alpha.height())).containsExactly(881, 881);
    for (int y = 0; y < 881; y++) {
      for (int x = 0; x < 881; x++) {
        boolean opaque = x >= 200 && x < 600 && y >= 189 + 100 && y < 189 + 400;
        if (y >= 189 + OVERLAP && y < 189 + 503 - OVERLAP) {
          assertThat(alpha.level(x, y)).as("%d, %d", x, y).isEqualTo(opaque ? 255 : 0);
        } else {
          assertThat(alpha.level(x, y)).as("%d, %d", x, y).isLessThan(128);
        }
      }
    }
    assertThat(red(output.rgb(), 300, 400)).isEqualTo(texture(300, 400 - 189));
  }

  @Test
  void aFrameOfOnePixelLeavesNoLineAtTheJoin() throws IOException {
    ImageFiles.write(
        photo,
        WIDTH,
        HEIGHT,
        (x, y) -> x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1 ? 255 : texture(x, y));
    RgbImage output = extended(photo, "builtin:patchmatch", "left=20", "image.mask-blur = 3");
    for (int y = 8; y < HEIGHT - 8; y++) {
      for (int x = 0; x < 20 + WIDTH - 1; x++) {
        assertThat(red(output, x, y)).as("%d, %d", x, y).isLessThan(180);
      }
    }
  }

  /** Only the join is feathered: the right edge of the photo is an edge of the output. */
  @Test
  void theOtherEdgesAreBitIdentical() throws IOException {
    RgbImage output = extended(photo, "tiny-sd15-inpaint", "left=20", "image.mask-blur = 12");
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 14; x < WIDTH; x++) {
        assertThat(red(output, x + 20, y)).isEqualTo(texture(x, y));
      }
    }
  }

  @Test
  void aMaskOfThePhotoIsPaintedToo() throws IOException {
    Path mask =
        ImageFiles.write(folder.resolve("m.png"), WIDTH, HEIGHT, square(20, 20, 30, 30, 255, 0));
    ImageFiles.write(photo, WIDTH, HEIGHT, square(20, 20, 30, 30, 255, 60));
    RgbImage output =
        extended(photo, "builtin:patchmatch", "left=20", "image.mask-grow = 2", "--mask", mask);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < 20 + WIDTH; x++) {
        assertThat(red(output, x, y)).isEqualTo(60);
      }
    }
  }

  /** Without exclusion the white square would be copied to the new part. */
  @Test
  void whatIsExcludedInThePhotoIsNotCopied() throws IOException {
    ImageFiles.write(photo, WIDTH, HEIGHT, square(0, 10, 30, 30, 255, 60));
    Path exclude =
        ImageFiles.write(folder.resolve("x.png"), WIDTH, HEIGHT, square(0, 10, 30, 30, 255, 0));
    RgbImage output =
        extended(photo, "builtin:patchmatch", "left=20", "seed = 1", "--exclude", exclude);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < 20; x++) {
        assertThat(red(output, x, y)).as("%d, %d", x, y).isLessThan(200);
      }
    }
  }

  /** The stored pixels are wide and the photo tall: left is the left of the upright photo. */
  @Test
  void theOrientationIsAppliedFirst() throws IOException {
    BufferedImage stored = new BufferedImage(80, 48, BufferedImage.TYPE_INT_RGB);
    Path jpeg = folder.resolve("turned.jpg");
    ImageIO.write(stored, "jpg", jpeg.toFile());
    byte[] exif = {
      'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0
    };
    Files.write(jpeg, withExif(Files.readAllBytes(jpeg), exif));
    RgbImage output = extended(jpeg, "builtin:patchmatch", "left=16", "seed = 1");
    assertThat(List.of(output.width(), output.height())).containsExactly(48 + 16, 80);
  }

  @Test
  void depthAndProfileAreKept() throws IOException {
    BufferedImage deep = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      deep.getRaster().setSample(i % WIDTH, i / WIDTH, 0, 9000 + 7 * i);
    }
    ImageIO.write(deep, "png", photo.toFile());
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData();
    byte[] file = Files.readAllBytes(photo);
    Colours colours = new Colours(Optional.of(profile), List.of());
    ImageMetadata metadata =
        new ImageMetadata(
            colours, ImageMetadata.NONE.descriptions(), Optional.empty(), Optional.empty());
    Files.write(photo, metadata.writeInto(file));
    Path out = run(photo, "builtin:patchmatch", "top=9", "seed = 1");
    BufferedImage after = ImageIO.read(out.toFile());
    assertThat(after.getRaster().getSample(30, 9 + 30, 0)).isEqualTo(9000 + 7 * (30 * WIDTH + 30));
    assertThat(ImageMetadata.read(Files.readAllBytes(out)).icc()).contains(profile);
  }

  @Test
  void aPhotoThatHasTheAspectIsCopiedAndNoted() throws IOException {
    JsonNode result = report(photo, "builtin:patchmatch", "61:43", "seed = 1");
    assertThat(notes(result)).containsExactly("EXTEND_UNUSED", "MASK_EMPTY");
    RgbImage output = ImageFiles.read(folder.resolve("out.png"));
    assertThat(output.pixels()).isEqualTo(ImageFiles.read(photo).pixels());
  }

  @Test
  void whatCannotBeExtendedIsRefused() {
    assertThat(refusal("banana"))
        .contains("extend: \"banana\" found, none or an aspect ratio from 1:100 to 100:1 such as");
    assertThat(refusal("none")).contains("mask_image: nothing found");
    assertThat(refusal("50x50"))
        .contains("extend: a size of 50 x 50 found, at least the init image's 61 x 43 expected");
    assertThat(refusal("30000x30000"))
        .contains("extend: 30000x30000 makes 30000 x 30000 of 61 x 43 pixels, the limits are");
  }

  @Test
  void anInvalidConfigurationIsRefused() {
    CommandResult result =
        CommandResult.run(
            "inpaint",
            "--model",
            "builtin:patchmatch",
            "--image",
            photo,
            "--out",
            folder.resolve("out.png"),
            "-D",
            "image.extend=banana");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.messages())
        .contains("spackle.image.extend is \"banana\", expected an aspect ratio from");
  }

  /** A row overrides the configuration; an invalid one fails alone. */
  @Test
  void jobsExtendRowsWithAndWithoutMasks() throws IOException {
    TestSpark.session();
    Path mask =
        ImageFiles.write(folder.resolve("m.png"), WIDTH, HEIGHT, square(20, 20, 30, 30, 255, 0));
    String manifest =
        """
        {"id": "square", "init_image": "photo.png"}
        {"id": "wide", "init_image": "photo.png", "mask_image": "%s", "extend": "left=8, right=8"}
        {"id": "masked", "init_image": "photo.png", "mask_image": "%s", "extend": "none"}
        {"id": "bad", "init_image": "photo.png", "extend": "1:1000"}
        {"id": "maskless", "init_image": "photo.png", "extend": "none"}
        """
            .formatted(mask, mask);
    String conf =
        """
        spackle {
          manifest.base = "."
          model.path = "builtin:patchmatch"
          fetch.allow-files = ["."]
          image.extend = "1:1"
        }
        """;
    TestJob job = TestJob.run(folder, manifest, conf);
    assertThat(sizes(job, "square")).isEqualTo("61 x 61, extend 1:1");
    assertThat(sizes(job, "wide")).isEqualTo("77 x 43, extend left=8, right=8");
    assertThat(sizes(job, "masked")).isEqualTo("61 x 43, extend null");
    assertThat(job.meta().get("bad").<Row>getAs("error").<String>getAs("message"))
        .startsWith("extend: \"1:1000\" found, none or an aspect ratio");
    assertThat(job.meta().get("maskless").<Row>getAs("error").<String>getAs("message"))
        .isEqualTo("mask_image: nothing found, the location of an image expected");
    Row digests = job.meta().get("square").getAs("digests");
    assertThat(digests.<String>getAs("mask_image")).isNull();
  }

  private static String sizes(TestJob job, String id) {
    Row meta = job.meta().get(id).getAs("meta");
    return "%s x %s, extend %s"
        .formatted(meta.getAs("W"), meta.getAs("H"), meta.<Object>getAs("extend"));
  }

  private static IntBinaryOperator square(
      int left, int top, int right, int bottom, int inside, int outside) {
    return (x, y) -> x >= left && x < right && y >= top && y < bottom ? inside : outside;
  }

  private RgbImage extended(
      Path image, String model, String extend, String setting, Object... arguments)
      throws IOException {
    return ImageFiles.read(run(image, model, extend, setting, arguments));
  }

  private Path run(Path image, String model, String extend, String setting, Object... arguments)
      throws IOException {
    report(image, model, extend, setting, arguments);
    return folder.resolve("out.png");
  }

  private JsonNode report(
      Path image, String model, String extend, String setting, Object... arguments)
      throws IOException {
    Path conf = Files.writeString(folder.resolve("x.conf"), "spackle { " + conf(setting) + " }");
    Object path = model.startsWith("builtin:") ? model : TestJob.bundle(model);
    List<Object> command = new ArrayList<>(List.of("inpaint", "--model", path, "--image", image));
    command.addAll(List.of("--extend", extend, "--conf", conf, "--prompt", "a wall"));
    command.addAll(List.of("--seed", 3, "--out", folder.resolve("out.png")));
    command.addAll(List.of(arguments));
    CommandResult result = CommandResult.run(command.toArray());
    assertThat(result.code()).as(result.messages()).isZero();
    return new ObjectMapper().readTree(result.out());
  }

  private static String conf(String setting) {
    return setting.startsWith("seed") ? "defaults." + setting : setting;
  }

  private String refusal(String extend) {
    CommandResult result =
        CommandResult.run(
            "inpaint",
            "--model",
            "builtin:patchmatch",
            "--image",
            photo,
            "--extend",
            extend,
            "--out",
            folder.resolve("out.png"));
    assertThat(result.code()).isEqualTo(2);
    return result.messages();
  }

  private static List<String> notes(JsonNode report) {
    return Stream.iterate(0, i -> i < report.get("notes").size(), i -> i + 1)
        .map(i -> report.get("notes").get(i).asText())
        .toList();
  }

  private static SourceImage source(Path file) throws IOException {
    return SourceImage.decode(Files.readAllBytes(file), DecodeLimits.defaults());
  }

  private static int red(RgbImage image, int x, int y) {
    return image.pixels()[3 * (y * image.width() + x)] & 0xFF;
  }

  private static byte[] withExif(byte[] jpeg, byte[] tiff) {
    byte[] head = {(byte) 0xFF, (byte) 0xE1, 0, (byte) (8 + tiff.length), 'E', 'x', 'i', 'f', 0, 0};
    byte[] with = new byte[jpeg.length + head.length + tiff.length];
    System.arraycopy(jpeg, 0, with, 0, 2);
    System.arraycopy(head, 0, with, 2, head.length);
    System.arraycopy(tiff, 0, with, 2 + head.length, tiff.length);
    System.arraycopy(jpeg, 2, with, 2 + head.length + tiff.length, jpeg.length - 2);
    return with;
  }
}
