package io.spackle.jobs;

import static io.spackle.jobs.JobRows.join;
import static io.spackle.row.ErrorCode.IMAGE_CORRUPT;
import static io.spackle.row.ErrorCode.IMAGE_SIZE;
import static io.spackle.row.ErrorCode.IMAGE_UNSUPPORTED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.RgbImage;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Init images: numbers 41 to 57 of the list of bad inputs.
 *
 * <p>The kept pixels show how an image was decoded: the mask excludes the left half.
 */
class BadImagesTest {

  private static final int GIBIBYTE = 1 << 30;

  /** An EXIF segment of a JPEG file with orientation 6: rotate clockwise. */
  private static final String TURN =
      "ffe1 0022 457869660000 49492a0008000000 0100 1201 0300 01000000 06000000 00000000";

  @TempDir static Path folder;

  private static JobRows rows;

  @BeforeAll
  static void runOneManifestOfBadImages() throws IOException {
    rows = new JobRows(folder);
    addGiants();
    addOtherFormats();
    addDamaged();
    addUnusual();
    rows.run("spackle { image { alpha = flatten, background = ff0000 }, fetch.max-bytes = 8MiB }");
  }

  private static void addGiants() throws IOException {
    byte[] png = png(gradient(64, 64));
    init("b41.png", ByteBuffer.wrap(png.clone()).putInt(16, 50_000).putInt(20, 50_000).array());
    init("b42.png", emptyPng(20_000, 20_000));
    init("b43.png", withChunk(png, "zTXt", join(new byte[] {'k', 0, 0}, deflatedZeros(GIBIBYTE))));
    ByteBuffer gif = ByteBuffer.wrap(file(gradient(8, 8), "gif")).order(ByteOrder.LITTLE_ENDIAN);
    int frame = indexOf(gif.array(), (byte) ',', 13 + 3 * (2 << (gif.get(10) & 7)));
    gif.putShort(6, (short) 65_535).putShort(8, (short) 65_535);
    init("b44.gif", gif.putShort(frame + 5, (short) 65_535).putShort(frame + 7, (short) 65_535));
  }

  private static void addOtherFormats() throws IOException {
    init("b45.gif", animation(Color.BLUE, Color.GREEN));
    init("b46.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'/>");
    init("b46.pdf", "%PDF-1.7\n");
    init("b46.psd", "8BPS\0\1");
    init(
        "b47.png",
        join(png(gradient(64, 64)), "<script>alert(1)</script>PK\3\4".getBytes(ISO_8859_1)));
  }

  private static void addDamaged() throws IOException {
    byte[] jpeg = file(gradient(64, 64), "jpeg");
    byte[] png = png(gradient(64, 64));
    init("b48.jpg", Arrays.copyOf(jpeg, jpeg.length * 2 / 3));
    init("b49 cut.png", Arrays.copyOf(png, png.length / 2));
    byte[] flipped = png.clone();
    flipped[png.length / 2] ^= 4;
    init("b49 flipped.png", flipped);
  }

  private static void addUnusual() throws IOException {
    Path cmyk = Path.of(System.getProperty("golden.dir"), "images/cmyk.jpg");
    init("b50.jpg", Files.readAllBytes(cmyk), "mask_image", mask(40, 24));
    byte[] jpeg = file(leftHalf(64, 32), "jpeg");
    byte[] turned =
        join(Arrays.copyOf(jpeg, 2), hex(TURN), Arrays.copyOfRange(jpeg, 2, jpeg.length));
    init("b51.jpg", turned, "mask_image", mask(32, 64));
    Path all = rows.file("b51 mask.jpg", turned);
    rows.row("b51 both", "init_image", folder.resolve("b51.jpg"), "mask_image", all);
    byte[] grey = png(plain(new Color(128, 128, 128)));
    byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    init("b52 linear.png", withChunk(grey, "iCCP", profile(linear)));
    init("b52 junk.png", withChunk(grey, "iCCP", profile(new byte[500])));
    init(
        "b53 16 bit.png",
        png(level(new BufferedImage(64, 64, BufferedImage.TYPE_USHORT_GRAY), 0x8000)));
    init("b53 1 bit.png", png(level(new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_BINARY), 1)));
    init("b53 palette.png", png(palette()));
    init("b54.png", png(level(new BufferedImage(64, 64, BufferedImage.TYPE_INT_ARGB), 0)));
    init("b55.png", png(gradient(1, 1)));
    init("b56.png", png(gradient(10_000, 1)));
    init("b56 tall.png", png(gradient(8, 20_000)));
    byte[] odd = png(gradient(61, 45));
    init("b57.png", odd, "mask_image", mask(61, 45));
    init("b57 fitted", odd, "mask_image", mask(61, 45), "width", 100, "height", 70);
  }

  @Test
  void b41_pngHeaderClaiming50000Squared_isRefusedFromItsHeader() {
    rows.isFailed("b41.png", IMAGE_SIZE, "init_image: ", "50000 x 50000");
  }

  @Test
  void b42_png20000Squared_isRefusedBeforeItIsDecoded() {
    rows.isFailed("b42.png", IMAGE_SIZE, "20000 x 20000");
    Row timings = rows.of("b42.png").getAs("timings");
    assertThat(timings.<Double>getAs("decode_ms")).isLessThan(2000);
  }

  @Test
  void b43_gigabyteOfCompressedText_isIgnored() {
    assertThat(rows.image("b43.png").width()).isEqualTo(64);
  }

  @Test
  void b44_gifClaiming65535Squared_isRefused() {
    rows.isFailed("b44.gif", IMAGE_SIZE, "65535 x 65535");
  }

  @Test
  void b45_animation_isInpaintedByItsFirstFrame() {
    assertThat(kept("b45.gif")).isEqualTo(0x0000FF);
  }

  @Test
  void b46_drawingsAndDocuments_areRefusedByName() {
    rows.isFailed("b46.svg", IMAGE_UNSUPPORTED, "an SVG drawing");
    rows.isFailed("b46.pdf", IMAGE_UNSUPPORTED, "a PDF document");
    rows.isFailed("b46.psd", IMAGE_UNSUPPORTED, "a Photoshop document");
  }

  @Test
  void b47_polyglotFile_losesItsTrailer() throws IOException {
    rows.image("b47.png");
    Row row = rows.of("b47.png");
    Path image = Path.of(row.<String>getList(row.fieldIndex("output")).get(0));
    assertThat(Files.readString(image, ISO_8859_1)).doesNotContain("<script", "PK\3\4");
  }

  @Test
  void b48_truncatedJpeg_isRefused() {
    rows.isFailed("b48.jpg", IMAGE_CORRUPT, "JPEG");
  }

  @Test
  void b49_pngTruncatedOrWithBadChecksum_isRefused() {
    rows.isFailed("b49 cut.png", IMAGE_CORRUPT, "PNG");
    rows.isFailed("b49 flipped.png", IMAGE_CORRUPT, "IDAT");
  }

  @Test
  void b50_cmykJpeg_hasTheRightColours() throws IOException {
    Path scene = Path.of(System.getProperty("golden.dir"), "images/scene.png");
    RgbImage expected = ImageFiles.read(scene);
    RgbImage inpainted = rows.image("b50.jpg");
    assertThat(inpainted.width()).isEqualTo(expected.width());
    for (int y = 0; y < inpainted.height(); y++) {
      for (int x = 0; x < inpainted.width() / 2 - 2; x++) {
        assertThat(distance(rgb(inpainted, x, y), rgb(expected, x, y))).isLessThan(6);
      }
    }
  }

  /** The file is wide with a bright left half: upright it is tall, with a bright upper half. */
  @Test
  void b51_exifOrientation_rotatesInitImageAndMask() {
    RgbImage turned = rows.image("b51.jpg");
    assertThat(List.of(turned.width(), turned.height())).containsExactly(32, 64);
    assertThat(distance(rgb(turned, 2, 2), 0xFFFFFF)).isLessThan(10);
    assertThat(distance(rgb(turned, 2, 60), 0)).isLessThan(10);
    RgbImage both = rows.image("b51 both");
    assertThat(distance(rgb(both, 30, 60), 0)).as("kept below the mask").isLessThan(10);
    assertThat(rows.of("b51 both").<String>getList(rows.of("b51 both").fieldIndex("notes")))
        .isEmpty();
  }

  @Test
  void b52_iccProfileIsConverted_corruptOneIsIgnored() {
    assertThat(kept("b52 linear.png") & 0xFF).isBetween(186, 190);
    assertThat(kept("b52 junk.png")).isEqualTo(0x808080);
  }

  @Test
  void b53_everyDepthAndPalette_becomes8BitRgb() {
    assertThat(kept("b53 16 bit.png")).isBetween(0x7F7F7F, 0x808080);
    assertThat(kept("b53 1 bit.png")).isEqualTo(0xFFFFFF);
    assertThat(kept("b53 palette.png")).as("transparent in the palette").isEqualTo(0xFF0000);
  }

  @Test
  void b54_transparency_showsTheConfiguredBackground() {
    assertThat(kept("b54.png")).isEqualTo(0xFF0000);
  }

  @Test
  void b55_onePixel_isRefused() {
    rows.isFailed("b55.png", IMAGE_SIZE, "1 x 1 pixels", "at least 8");
  }

  @Test
  void b56_extremeProportions_areRefused() {
    rows.isFailed("b56.png", IMAGE_SIZE, "10000 x 1 pixels");
    rows.isFailed("b56 tall.png", IMAGE_SIZE, "less extreme proportions");
  }

  @Test
  void b57_sizeNotAMultipleOf8_isKeptWithoutStretching() {
    RgbImage inpainted = rows.image("b57.png");
    assertThat(List.of(inpainted.width(), inpainted.height())).containsExactly(61, 45);
    assertThat(rgb(inpainted, 3, 40)).isEqualTo(gradient(61, 45).getRGB(3, 40) & 0xFFFFFF);
    RgbImage fitted = rows.image("b57 fitted");
    assertThat(List.of(fitted.width(), fitted.height())).containsExactly(61, 45);
  }

  private static void init(String name, ByteBuffer file) throws IOException {
    init(name, file.array());
  }

  private static void init(String name, String file) throws IOException {
    init(name, file.getBytes(ISO_8859_1));
  }

  private static void init(String name, byte[] file, Object... fields) throws IOException {
    List<Object> all = new ArrayList<>(List.of("init_image", rows.file(name, file).toString()));
    all.addAll(List.of(fields));
    rows.row(name, all.toArray());
  }

  /** A mask of the right half, in another size than the default one. */
  private static String mask(int width, int height) throws IOException {
    Path file = rows.file(width + "x" + height + ".png");
    return ImageFiles.write(file, width, height, (x, y) -> x >= width / 2 ? 255 : 0).toString();
  }

  /** A colour of the kept half. */
  private static int kept(String id) {
    return rgb(rows.image(id), 4, 30);
  }

  private static int rgb(RgbImage image, int x, int y) {
    int at = 3 * (y * image.width() + x);
    byte[] pixels = image.pixels();
    return (pixels[at] & 0xFF) << 16 | (pixels[at + 1] & 0xFF) << 8 | pixels[at + 2] & 0xFF;
  }

  private static int distance(int one, int other) {
    int largest = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      largest = Math.max(largest, Math.abs((one >> shift & 0xFF) - (other >> shift & 0xFF)));
    }
    return largest;
  }

  private static BufferedImage gradient(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, (x * 4 & 0xFF) << 16 | (y * 4 & 0xFF) << 8 | (x * y & 0xFF));
      }
    }
    return image;
  }

  private static BufferedImage plain(Color colour) {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    image.createGraphics().fillRect(0, 0, 64, 64);
    for (int i = 0; i < 64 * 64; i++) {
      image.setRGB(i % 64, i / 64, colour.getRGB());
    }
    return image;
  }

  private static BufferedImage leftHalf(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.createGraphics().fillRect(0, 0, width / 2, height);
    return image;
  }

  /** All samples of the first band at one level. */
  private static BufferedImage level(BufferedImage image, int level) {
    for (int i = 0; i < 64 * 64; i++) {
      image.getRaster().setSample(i % 64, i / 64, 0, level);
    }
    return image;
  }

  /** An image whose only colour is transparent. */
  private static BufferedImage palette() {
    byte[] colours = {0, 100};
    IndexColorModel model = new IndexColorModel(8, 2, colours, colours, colours, 1);
    return level(new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_INDEXED, model), 1);
  }

  private static byte[] animation(Color... frames) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.prepareWriteSequence(null);
      for (Color frame : frames) {
        writer.writeToSequence(new IIOImage(plain(frame), null, null), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  private static byte[] png(BufferedImage image) throws IOException {
    return file(image, "png");
  }

  private static byte[] file(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).as(format).isTrue();
    return out.toByteArray();
  }

  /** A complete black PNG file with one bit per pixel, which is small on disk. */
  private static byte[] emptyPng(int width, int height) throws IOException {
    byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 1).array();
    byte[] pixels = deflatedZeros((long) height * (1 + width / 8));
    return join(
        hex("89504e470d0a1a0a"),
        chunk("IHDR", header),
        chunk("IDAT", pixels),
        chunk("IEND", new byte[0]));
  }

  /** Inserts a chunk after the header of a PNG file. */
  private static byte[] withChunk(byte[] png, String type, byte[] data) {
    int header = 8 + 25;
    return join(
        Arrays.copyOf(png, header), chunk(type, data), Arrays.copyOfRange(png, header, png.length));
  }

  private static byte[] chunk(String type, byte[] data) {
    byte[] body = join(type.getBytes(ISO_8859_1), data);
    CRC32 sum = new CRC32();
    sum.update(body);
    return ByteBuffer.allocate(body.length + 8)
        .putInt(data.length)
        .put(body)
        .putInt((int) sum.getValue())
        .array();
  }

  private static byte[] profile(byte[] data) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(data);
    }
    return join(new byte[] {'x', 0, 0}, packed.toByteArray());
  }

  private static byte[] deflatedZeros(long length) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    Deflater fast = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed, fast, 1 << 16)) {
      byte[] block = new byte[1 << 20];
      for (long remaining = length; remaining > 0; remaining -= block.length) {
        deflater.write(block, 0, (int) Math.min(remaining, block.length));
      }
    }
    fast.end();
    return packed.toByteArray();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static int indexOf(byte[] bytes, byte value, int from) {
    int at = from;
    while (bytes[at] != value) {
      at++;
    }
    return at;
  }
}
