package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.row.ErrorCode;
import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose masks are found by models. */
class MasksFromModelsTest {

  private static final String CONF =
      """
      spackle.model.path = "builtin:patchmatch"
      spackle.output.masks = true
      spackle.masks {
        clothes { path = "%s/segment/classes", empty = skip }
        product { path = "%s/segment/saliency-logits", max-share = 0.5 }
      }
      """
          .formatted(System.getProperty("golden.dir"), System.getProperty("golden.dir"));

  @TempDir Path folder;

  private JobRows rows;

  @BeforeEach
  void startSpark() throws IOException {
    TestSpark.session();
    rows = new JobRows(folder);
    image("plain", 200, 120, BufferedImage.TYPE_INT_RGB, graphics -> {});
    image("caption", 200, 120, BufferedImage.TYPE_INT_RGB, caption(Color.BLACK, 20, 60));
    image(
        "shirt",
        96,
        64,
        BufferedImage.TYPE_INT_RGB,
        graphics -> {
          graphics.setColor(Color.RED);
          graphics.fillRect(12, 12, 30, 40);
        });
  }

  @Test
  void textIsFoundWithoutConfigurationAndErased() throws IOException {
    row("caption", "mask_from", "text");
    row("plain", "mask_from", "text");
    rows.run(CONF);
    assertThat(darkest(rows.image("caption"), 20, 45, 160, 70)).isGreaterThan(150);
    assertThat(share("caption")).isBetween(0.05, 0.4);
    RgbImage mask = ImageFiles.read(mask("caption"));
    assertThat(mask.pixels()[3 * (52 * 200 + 60)]).isEqualTo((byte) 255);
    assertThat(mask.pixels()[3 * (110 * 200 + 60)]).isEqualTo((byte) 0);
    assertThat(notes("plain")).contains("MASK_EMPTY");
    assertThat(share("plain")).isZero();
    ImageFiles.Difference.between(output("plain"), folder.resolve("plain.png")).isAtMost(0, 0);
  }

  @Test
  void theProfileNeedsNeitherMasksNorModels() throws IOException {
    row("caption");
    row("plain");
    Path profile = Path.of("..", "conf", "profiles", "remove-text.conf").toAbsolutePath();
    rows.run("include \"%s\"".formatted(profile.normalize()));
    assertThat(darkest(rows.image("caption"), 20, 45, 160, 70)).isGreaterThan(150);
    assertThat(notes("plain")).contains("MASK_EMPTY");
  }

  @Test
  void whiteAndBlackTextIsFoundOnTransparencyAndAlphaStays() throws IOException {
    for (Color colour : List.of(Color.WHITE, Color.BLACK)) {
      String name = colour.equals(Color.WHITE) ? "white" : "black";
      image(
          name,
          200,
          120,
          BufferedImage.TYPE_INT_ARGB,
          graphics -> {
            graphics.setComposite(AlphaComposite.Src);
            graphics.setColor(new Color(0, 0, 0, 0));
            graphics.fillRect(0, 0, 200, 120);
            graphics.setColor(new Color(120, 140, 90));
            graphics.fillRect(0, 80, 200, 40);
            graphics.setComposite(AlphaComposite.SrcOver);
            caption(colour, 20, 60).accept(graphics);
          });
      row(name, "mask_from", "text");
    }
    rows.run(CONF);
    for (String name : List.of("white", "black")) {
      assertThat(share(name)).as(name).isGreaterThan(0.05);
      BufferedImage erased = ImageIO.read(output(name).toFile());
      assertThat(erased.getRGB(5, 5) >>> 24).as("alpha of %s", name).isZero();
      assertThat(erased.getRGB(5, 110)).as(name).isEqualTo(new Color(120, 140, 90).getRGB());
    }
  }

  @Test
  void orientationComesBeforeTheModel() throws IOException {
    // Stored lying: the shirt is at the upper left of the upright image, 64 wide and 96 high.
    image(
        "lying",
        96,
        64,
        BufferedImage.TYPE_INT_RGB,
        graphics -> {
          graphics.setColor(Color.RED);
          graphics.fillRect(8, 34, 40, 24);
        });
    BufferedImage stored = ImageIO.read(folder.resolve("lying.png").toFile());
    Path jpeg = folder.resolve("turned.jpg");
    ImageIO.write(stored, "jpg", jpeg.toFile());
    Files.write(jpeg, withOrientation(Files.readAllBytes(jpeg), 6));
    rows.row("turned", "init_image", jpeg.toString(), "mask_image", null, "mask_from", "clothes");
    rows.run(CONF);
    RgbImage mask = ImageFiles.read(mask("turned"));
    assertThat(List.of(mask.width(), mask.height())).containsExactly(64, 96);
    assertThat(mask.pixels()[3 * (28 * 64 + 18)]).isEqualTo((byte) 255);
    assertThat(mask.pixels()[3 * (80 * 64 + 50)]).isEqualTo((byte) 0);
  }

  @Test
  void rowsWithoutAFindAreSkippedCountedApartAndFinished() throws IOException {
    row("shirt", "mask_from", "Upper-clothes, Dress");
    row("plain", "mask_from", "dress");
    JobResult first = rows.run(CONF);
    assertThat(first.line().get("unmasked").asInt()).isEqualTo(1);
    assertThat(first.line().get("succeeded").asInt()).isEqualTo(1);
    assertThat(first.line().get("failed").asInt()).isZero();
    assertThat(rows.of("plain").<String>getAs("status")).isEqualTo("skipped");
    assertThat(notes("plain")).contains("MASK_EMPTY");
    JobResult again = rows.run(CONF);
    assertThat(again.line().get("skipped").asInt()).isEqualTo(2);
    assertThat(again.line().get("unmasked").asInt()).isZero();
  }

  @Test
  void aRowFailsForUnknownNamesAndForMasksThatAreTooLarge() throws IOException {
    row("caption", "mask_from", "faces");
    row("plain", "mask_from", "product: background");
    rows.row("both", "mask_from", "faces");
    row("shirt", "mask_from", "product");
    image(
        "bright",
        96,
        64,
        BufferedImage.TYPE_INT_RGB,
        graphics -> {
          graphics.setColor(Color.BLACK);
          graphics.fillRect(0, 0, 10, 10);
        });
    row("bright", "mask_from", "foreground");
    rows.run(CONF);
    rows.isFailed("caption", ErrorCode.ROW_INVALID, "faces", "clothes", "text (text)");
    rows.isFailed("bright", ErrorCode.MASK_TOO_LARGE, "at most 50.0 % expected");
    assertThat(rows.of("both").<String>getAs("status")).as("a file wins").isEqualTo("success");
    assertThat(notes("both")).contains("MASK_FROM_UNUSED");
  }

  @Test
  void oneMaskServesAllRowsWithoutAnother() throws IOException {
    ImageFiles.write(folder.resolve("logo.png"), 100, 60, (x, y) -> x > 80 && y > 45 ? 255 : 0);
    rows.row("plain", "init_image", file("plain"), "mask_image", null);
    rows.row("caption", "init_image", file("caption"), "mask_image", null, "mask_from", "text");
    rows.row("shirt", "init_image", file("shirt"), "mask_image", null);
    rows.run(CONF + "spackle.defaults.mask-image = logo.png");
    assertThat(share("plain")).isBetween(0.03, 0.06);
    assertThat(share("caption")).as("its own wins").isGreaterThan(0.06);
    rows.isFailed("shirt", ErrorCode.MASK_UNCLEAR, "100 x 60", "96 x 64");
  }

  @Test
  void aJobIsRefusedForWhatIsNoSegmenterAndForClassesThatItDoesNotHave() throws IOException {
    row("plain", "mask_from", "text");
    String wrong = "spackle.masks.x.path = \"" + TestJob.bundle("tiny-erase-bytes") + "\"";
    JobResult.of(rows.writeJob(CONF + wrong)).isRefused("a model that paints");
    String classes = "spackle.masks.clothes.classes = [skirt]";
    JobResult.of(rows.writeJob(CONF + classes))
        .isRefused("has the class skirt, expected some of [Background, Upper-clothes, Dress");
    JobResult.of(rows.writeJob(CONF + "spackle.masks.clothes.pth = x"))
        .isRefused("masks.clothes.pth is not a known key");
    JobResult.of(rows.writeJob(CONF + "spackle.output.images = parquet"))
        .isRefused("output.masks is true, but output.images is not files");
  }

  private void row(String name, Object... fields) {
    Object[] all = new Object[fields.length + 4];
    all[0] = "init_image";
    all[1] = file(name);
    all[2] = "mask_image";
    all[3] = null;
    System.arraycopy(fields, 0, all, 4, fields.length);
    rows.row(name, all);
  }

  private String file(String name) {
    return folder.resolve(name + ".png").toString();
  }

  private void image(String name, int width, int height, int type, Consumer<Graphics2D> painting)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(170, 170, 170));
    graphics.fillRect(0, 0, width, height);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    painting.accept(graphics);
    graphics.dispose();
    ImageIO.write(image, "png", folder.resolve(name + ".png").toFile());
  }

  private static Consumer<Graphics2D> caption(Color colour, int x, int y) {
    return graphics -> {
      graphics.setColor(colour);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 22));
      graphics.drawString("SUMMER SALE", x, y);
    };
  }

  /** The smallest level in a box: text is dark. */
  private static int darkest(RgbImage image, int left, int top, int right, int bottom) {
    int darkest = 255;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        darkest = Math.min(darkest, image.pixels()[3 * (y * image.width() + x)] & 0xFF);
      }
    }
    return darkest;
  }

  private double share(String id) {
    return rows.of(id).<Row>getAs("meta").<Double>getAs("mask_share");
  }

  private Path mask(String id) {
    return Path.of(rows.of(id).<Row>getAs("meta").<String>getAs("mask_output"));
  }

  private Path output(String id) {
    Row row = rows.of(id);
    return Path.of(row.<String>getList(row.fieldIndex("output")).get(0));
  }

  private List<String> notes(String id) {
    Row row = rows.of(id);
    return row.getList(row.fieldIndex("notes"));
  }

  /** A JPEG file with an EXIF segment that has the orientation alone. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    byte[] exif = {
      (byte) 0xFF,
      (byte) 0xE1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    byte[] all = new byte[jpeg.length + exif.length];
    System.arraycopy(jpeg, 0, all, 0, 2);
    System.arraycopy(exif, 0, all, 2, exif.length);
    System.arraycopy(jpeg, 2, all, 2 + exif.length, jpeg.length - 2);
    return all;
  }
}
