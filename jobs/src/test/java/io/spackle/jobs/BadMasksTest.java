package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import io.spackle.row.ErrorCode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
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
  private static JobRows notStrict;
  private static RgbImage photo;
  private static int written;

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
    addLayers();
    addUnclear();
    rows.run("");
    notStrict = new JobRows(folder.resolve("not strict"));
    notStrict.row("b58", "mask_image", wide(notStrict).toString());
    notStrict.row("b61", "mask_image", notStrict.file("photo.png").toString());
    notStrict.run("spackle.image.mask-strict = false");
    inverted = new JobRows(folder.resolve("inverted"));
    inverted.row("b62").run("spackle.image.mask-invert = true");
  }

  /** Strokes and holes: the left half is meant. */
  private static void addLayers() throws IOException {
    BufferedImage faint = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
    fill(faint, new Color(0, 0, 255, 100), 0, SIDE / 2);
    mask("b63 faint", write(faint, "png"));
    BufferedImage holed = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
    Random random = new Random(1);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int opaque = i % SIDE < SIDE / 2 ? 0 : 0xFF000000;
      holed.setRGB(i % SIDE, i / SIDE, opaque | i * 0x010203 ^ random.nextInt(0x100000));
    }
    mask("b63 hole", write(holed, "png"));
  }

  private static void addUnclear() throws IOException {
    Path labels = ImageFiles.write(rows.file("01.png"), SIDE, SIDE, (x, y) -> x < SIDE / 2 ? 1 : 0);
    mask("b61 labels", labels);
    mask("b61 photo", rows.file("photo.png"));
    mask("b61 faint", ImageFiles.write(rows.file("faint.png"), SIDE, SIDE, (x, y) -> x));
    mask("b58 wide", wide(rows));
  }

  private static Path wide(JobRows job) throws IOException {
    return ImageFiles.write(job.file("wide.png"), 64, 32, (x, y) -> x < 32 ? 255 : 0);
  }

  @Test
  void b58_maskOfOtherProportions_fails_orIsStretchedWithANote() {
    rows.isFailed("b58 wide", ErrorCode.MASK_UNCLEAR, "mask_image: ", "64 x 32", "64 x 64");
    isInpainted("b58", notStrict, 0, SIDE / 2);
    assertThat(notes(notStrict.of("b58"))).containsExactly("MASK_STRETCHED");
  }

  @Test
  void b61_labels_areReadAsMeant() {
    isInpainted("b61 labels", rows, 0, SIDE / 2);
  }

  @Test
  void b61_whatIsNoMask_fails_orIsReadByItsLumaWithANote() {
    rows.isFailed("b61 photo", ErrorCode.MASK_UNCLEAR, "mask_image: ", "such as a photo");
    rows.isFailed("b61 faint", ErrorCode.MASK_UNCLEAR, "nothing above half, but not plain black");
    assertThat(notes(notStrict.of("b61"))).containsExactly("MASK_UNCLEAR");
  }

  @Test
  void b63_faintStrokes_areInpainted() {
    isInpainted("b63 faint", rows, 0, SIDE / 2);
  }

  @Test
  void b63_holeOfAPhoto_isInpainted() {
    isInpainted("b63 hole", rows, 0, SIDE / 2);
  }

  @Test
  void b58_maskOfAnotherSize_isScaledToTheInitImage() {
    isInpainted("b58", rows, 0, SIDE / 2);
  }

  @Test
  void b59_blackMask_givesTheInitImageAndANote() {
    assertThat(rows.image("b59").pixels()).isEqualTo(photo.pixels());
    assertThat(notes("b59")).contains("MASK_EMPTY");
  }

  @Test
  void b60_whiteMask_isAcceptedWithANote() {
    isInpainted("b60", rows, 0, SIDE);
    assertThat(notes("b60")).contains("MASK_FULL");
  }

  @Test
  void b61_greyJpegMask_isThresholdedAtItsMiddle() {
    isInpainted("b61", rows, SIDE / 2, SIDE);
  }

  @Test
  void b62_invertedMask_isCorrectedByMaskInvert() {
    isInpainted("b62", inverted, 0, SIDE / 2);
  }

  @Test
  void b63_maskInAlphaOnly_selectsOpaquePixels() {
    isInpainted("b63", rows, 0, SIDE / 2);
  }

  @Test
  void b64_maskOnePixelWide_isInpainted() {
    isInpainted("b64", rows, 21, 22);
    assertThat(notes("b64")).doesNotContain("MASK_EMPTY");
  }

  /** Checks that most pixels of these columns changed and no others. */
  private static void isInpainted(String id, JobRows rows, int from, int to) {
    RgbImage result = rows.image(id);
    int inside = 0;
    int outside = 0;
    for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
      boolean changed = result.pixels()[3 * pixel] != photo.pixels()[3 * pixel];
      boolean isInside = pixel % SIDE >= from && pixel % SIDE < to;
      inside += changed && isInside ? 1 : 0;
      outside += changed && !isInside ? 1 : 0;
    }
    assertThat(outside).as("changed outside the mask of %s", id).isZero();
    assertThat(inside).as("changed inside").isGreaterThan((to - from) * SIDE * 3 / 4);
  }

  private static Iterable<String> notes(String id) {
    return notes(rows.of(id));
  }

  private static Iterable<String> notes(Row row) {
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
    Path file = rows.file("mask-" + ++written + "." + format);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }
}
