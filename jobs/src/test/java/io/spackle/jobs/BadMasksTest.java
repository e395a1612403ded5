package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Masks: numbers 58 to 64 of the list of bad inputs. */
class BadMasksTest {

  private static final int SIDE = JobRows.SIDE;

  @TempDir static Path folder;

  private static JobRows rows;
  private static JobRows inverted;
  private static RgbImage photo;

  @BeforeAll
  static void runOneManifestOfOddMasks() throws IOException {
    rows = new JobRows(folder);
    photo = ImageFiles.read(rows.file("photo.png"));
    mask("b58", ImageFiles.write(rows.file("half-size.png"), 32, 32, (x, y) -> x < 16 ? 255 : 0));
    mask("b59", ImageFiles.write(rows.file("black.png"), SIDE, SIDE, (x, y) -> 0));
    mask("b60", ImageFiles.write(rows.file("white.png"), SIDE, SIDE, (x, y) -> 255));
    BufferedImage grey = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    fill(grey, new Color(100, 100, 100), 0, SIDE);
    fill(grey, new Color(160, 160, 160), SIDE / 2, SIDE);
    mask("b61", write(grey, "jpeg"));
    BufferedImage strokes = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
    fill(strokes, Color.BLACK, 0, SIDE / 2);
    mask("b63", write(strokes, "png"));
    mask("b64", ImageFiles.write(rows.file("thin.png"), SIDE, SIDE, (x, y) -> x == 21 ? 255 : 0));
    rows.run("");
    inverted = new JobRows(folder.resolve("inverted"));
    inverted.row("b62").run("spackle.image.mask-invert = true");
  }

  @Test
  void b58_maskOfAnotherSize_isScaledToTheInitImage() {
    isRepainted("b58", rows, 0, SIDE / 2);
  }

  @Test
  void b59_blackMask_givesTheInitImageAndANote() {
    assertThat(rows.painted("b59").pixels()).isEqualTo(photo.pixels());
    assertThat(notes("b59")).contains("MASK_EMPTY");
  }

  @Test
  void b60_whiteMask_isAcceptedWithANote() {
    isRepainted("b60", rows, 0, SIDE);
    assertThat(notes("b60")).contains("MASK_FULL");
  }

  @Test
  void b61_greyJpegMask_isThresholdedAtItsMiddle() {
    isRepainted("b61", rows, SIDE / 2, SIDE);
  }

  @Test
  void b62_invertedMask_isCorrectedByMaskInvert() {
    isRepainted("b62", inverted, 0, SIDE / 2);
  }

  @Test
  void b63_maskInAlphaOnly_selectsOpaquePixels() {
    isRepainted("b63", rows, 0, SIDE / 2);
  }

  @Test
  void b64_maskOnePixelWide_isInpainted() {
    isRepainted("b64", rows, 21, 22);
    assertThat(notes("b64")).doesNotContain("MASK_EMPTY");
  }

  /** Checks that most pixels of these columns changed and none of the others did. */
  private static void isRepainted(String id, JobRows rows, int from, int to) {
    RgbImage painted = rows.painted(id);
    int inside = 0;
    int outside = 0;
    for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
      boolean changed = painted.pixels()[3 * pixel] != photo.pixels()[3 * pixel];
      boolean isInside = pixel % SIDE >= from && pixel % SIDE < to;
      inside += changed && isInside ? 1 : 0;
      outside += changed && !isInside ? 1 : 0;
    }
    assertThat(outside).as("changed outside the mask of %s", id).isZero();
    assertThat(inside).as("changed inside").isGreaterThan((to - from) * SIDE * 3 / 4);
  }

  private static Iterable<String> notes(String id) {
    Row row = rows.of(id);
    return row.<String>getList(row.fieldIndex("notes"));
  }

  private static void mask(String id, Path file) {
    rows.row(id, "mask_image", file.toString());
  }

  private static void fill(BufferedImage image, Color colour, int from, int to) {
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(colour);
    graphics.fillRect(from, 0, to - from, SIDE);
    graphics.dispose();
  }

  private static Path write(BufferedImage image, String format) throws IOException {
    Path file = rows.file("mask." + format);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }
}
