package io.spackle.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.image.Mask;
import io.spackle.image.Region;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageCodecTest {

  private static final DecodeLimits LIMITS = DecodeLimits.defaults();
  private static final DecodeLimits LUMA =
      LIMITS.withMasks(MaskOptions.defaults().withRule(MaskRule.LUMA));
  private static final DecodeLimits ON_RED = new DecodeLimits(1000, 100, 0xFF0000);
  private static final byte[] LINEAR = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
  private static final byte[] SRGB = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();

  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  @Test
  void pngRoundTripIsLossless() {
    Random random = new Random(1);
    for (int round = 0; round < 30; round++) {
      RgbImage image = TestImages.random(random, 1 + random.nextInt(50), 1 + random.nextInt(50));
      byte[] file = ImageCodec.encode(image, ImageFormat.PNG);
      assertThat(decode(file).pixels()).isEqualTo(image.pixels());
      assertThat(decode(file).width()).isEqualTo(image.width());
    }
  }

  @Test
  void losslessFilesOfOtherWritersAreBitIdentical() throws IOException {
    RgbImage image = TestImages.random(new Random(2), 33, 21);
    for (String format : new String[] {"png", "bmp", "tiff"}) {
      assertThat(decode(FileBuilder.jdk(image, format)).pixels())
          .as(format)
          .isEqualTo(image.pixels());
    }
  }

  @Test
  void lossyFormatsAreCloseAndKeepTheColourOfSinglePixels() {
    RgbImage smooth = TestImages.gradient(64, 48);
    for (ImageFormat format : new ImageFormat[] {ImageFormat.JPEG, ImageFormat.WEBP}) {
      RgbImage back = decode(ImageCodec.encode(smooth, format));
      assertThat(back.width()).isEqualTo(64);
      assertThat(TestImages.distance(back.pixels(), smooth.pixels()))
          .as("%s", format)
          .isLessThan(12);
    }
    byte[] stripes = new byte[3 * 64 * 64];
    for (int i = 0; i < 64 * 64; i++) {
      stripes[3 * i + i % 2 * 2] = (byte) 200; // red, blue, red, ...
    }
    byte[] jpeg = ImageCodec.encode(new RgbImage(64, 64, stripes), ImageFormat.JPEG);
    assertThat(TestImages.distance(decode(jpeg).pixels(), stripes)).isLessThan(40);
  }

  @Test
  void equalImagesGiveEqualBytes() {
    RgbImage image = TestImages.gradient(40, 30);
    for (ImageFormat format : ImageFormat.values()) {
      assertThat(ImageCodec.encode(image, format)).isEqualTo(ImageCodec.encode(image, format));
    }
  }

  @Test
  void greySamplesAreNotBrightened() {
    byte[] ramp = new byte[256];
    for (int i = 0; i < 256; i++) {
      ramp[i] = (byte) i;
    }
    RgbImage image = decode(FileBuilder.greyPng(new byte[][] {ramp}));
    assertThat(ImageCodec.decodeMask(FileBuilder.greyPng(new byte[][] {ramp}), LUMA).levels())
        .isEqualTo(ramp);
    for (int i = 0; i < 256; i++) {
      assertThat(TestImages.rgb(image, i, 0)).isEqualTo(i * 0x010101);
    }
  }

  @Test
  void everyBitDepthIsScaledToEightBits() {
    assertPixels(FileBuilder.png(4, 1, GREY, rows("50")), 0, 0xFFFFFF, 0, 0xFFFFFF);
    assertPixels(FileBuilder.png(4, 2, GREY, rows("1b")), 0, 0x555555, 0xAAAAAA, 0xFFFFFF);
    assertPixels(FileBuilder.png(3, 16, GREY, rows("0000 7fff ffff")), 0, 0x7F7F7F, 0xFFFFFF);
    assertPixels(FileBuilder.png(1, 16, RGB, rows("ffff 8080 00ff")), 0xFF8001);
    assertPixels(FileBuilder.png(2, 8, RGB, rows("010203 fefdfc")), 0x010203, 0xFEFDFC);
  }

  @Test
  void transparencyShowsTheBackground() {
    assertPixels(
        FileBuilder.png(3, 8, GREY_ALPHA, rows("0000 40ff 0080")), 0xFF0000, 0x404040, 0x7F0000);
    assertPixels(FileBuilder.png(2, 8, RGB_ALPHA, rows("00ff0040 0000ffff")), 0xBF4000, 0x0000FF);
    byte[] colours = FileBuilder.chunk("PLTE", hex("102030 405060 708090"));
    byte[] alphas = FileBuilder.chunk("tRNS", hex("ff 00"));
    assertPixels(
        FileBuilder.png(4, 8, PALETTE, rows("00 01 02 00"), colours, alphas),
        0x102030,
        0xFF0000,
        0x708090,
        0x102030);
    byte[] transparentGrey = FileBuilder.chunk("tRNS", hex("0007"));
    assertPixels(
        FileBuilder.greyPng(rows("06 07 08"), transparentGrey), 0x060606, 0xFF0000, 0x080808);
  }

  @Test
  void firstFrameOfAnAnimationIsDecoded() throws IOException {
    RgbImage image = new RgbImage(2, 1, hex("000000 ffffff"));
    assertThat(decode(FileBuilder.jdk(image, "gif")).pixels()).isEqualTo(image.pixels());
  }

  @Test
  void cmykIsConvertedToRgb() throws IOException {
    RgbImage scene = decode(TestImages.file("scene.png"));
    for (String name : new String[] {"cmyk.jpg", "ycck.jpg"}) {
      RgbImage cmyk = decode(TestImages.file(name));
      assertThat(TestImages.distance(cmyk.pixels(), scene.pixels())).as(name).isLessThan(6);
    }
  }

  @Test
  void exifOrientationAppliesToImageAndMask() {
    RgbImage stored = new RgbImage(3, 2, hex("000000 111111 222222 333333 444444 555555"));
    int[][] upright = {
      {0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {5, 4, 3, 2, 1, 0}, {3, 4, 5, 0, 1, 2},
      {0, 3, 1, 4, 2, 5}, {3, 0, 4, 1, 5, 2}, {5, 2, 4, 1, 3, 0}, {2, 5, 1, 4, 0, 3},
    };
    for (int orientation = 1; orientation <= 8; orientation++) {
      byte[] exif = FileBuilder.exif(orientation, ByteOrder.LITTLE_ENDIAN);
      byte[][] rows = rows("000000111111222222", "333333444444555555");
      byte[] png = FileBuilder.png(3, 8, RGB, rows, FileBuilder.chunk("eXIf", exif));
      assertThat(brightness(decode(png))).isEqualTo(upright[orientation - 1]);
      assertThat(brightness(decode(FileBuilder.tiff(stored, orientation))))
          .isEqualTo(upright[orientation - 1]);
      Mask mask = ImageCodec.decodeMask(png, LUMA);
      assertThat(mask.width()).isEqualTo(orientation < 5 ? 3 : 2);
      assertThat(mask.level(0, 0)).isEqualTo(upright[orientation - 1][0] * 0x11);
    }
  }

  /** Lossy formats change colours, so the orientation is recognized by a corner. */
  @Test
  void exifOrientationIsReadFromJpegAndWebp() {
    Mask corner = TestImages.rectangle(32, 16, new Region(0, 0, 8, 8), 255);
    RgbImage image = grey(corner);
    byte[] exif = FileBuilder.exif(6, ByteOrder.BIG_ENDIAN);
    byte[] segment = FileBuilder.join("Exif\0\0".getBytes(ISO_8859_1), exif);
    byte[] jpeg =
        FileBuilder.withSegment(ImageCodec.encode(image, ImageFormat.JPEG), 0xE1, segment);
    byte[] webp = ImageCodec.encode(image, ImageFormat.WEBP);
    for (byte[] file : new byte[][] {jpeg, FileBuilder.extendedWebp(webp, image, "EXIF", exif)}) {
      Mask upright = ImageCodec.decodeMask(file, LIMITS);
      assertThat(upright.width()).isEqualTo(16);
      assertThat(upright.isMasked(13, 2)).isTrue(); // the corner is now at the upper right
      assertThat(upright.isMasked(2, 2)).isFalse();
    }
  }

  @Test
  void profilesAreConvertedAndDamagedOnesIgnored() {
    byte[][] grey = rows("808080");
    byte[] plain = FileBuilder.png(1, 8, RGB, grey);
    byte[] linear = FileBuilder.png(1, 8, RGB, grey, FileBuilder.profileChunk(LINEAR));
    byte[] srgb = FileBuilder.png(1, 8, RGB, grey, FileBuilder.profileChunk(SRGB));
    byte[] junk = FileBuilder.png(1, 8, RGB, grey, FileBuilder.profileChunk(new byte[500]));
    byte[] broken = FileBuilder.png(1, 8, RGB, grey, FileBuilder.chunk("iCCP", hex("78 00 00 12")));
    assertPixels(plain, 0x808080);
    assertThat(TestImages.rgb(decode(linear), 0, 0) & 0xFF).isBetween(187, 189);
    assertPixels(srgb, 0x808080);
    assertPixels(junk, 0x808080);
    assertPixels(broken, 0x808080);
  }

  @Test
  void profilesInJpegAndWebpAreConverted() {
    RgbImage grey = new RgbImage(16, 16, filled(3 * 256, 128));
    byte[] jpeg = ImageCodec.encode(grey, ImageFormat.JPEG);
    byte[] prefix = hex("4943435f50524f46494c4500 0101"); // ICC_PROFILE, part 1 of 1
    byte[] linear = FileBuilder.withSegment(jpeg, 0xE2, FileBuilder.join(prefix, LINEAR));
    byte[] junk = FileBuilder.withSegment(jpeg, 0xE2, FileBuilder.join(prefix, new byte[500]));
    byte[] webp = ImageCodec.encode(grey, ImageFormat.WEBP);
    byte[] linearWebp = FileBuilder.extendedWebp(webp, grey, "ICCP", LINEAR);
    assertThat(TestImages.rgb(decode(linear), 8, 8) & 0xFF).isBetween(185, 191);
    assertThat(TestImages.rgb(decode(junk), 8, 8) & 0xFF).isBetween(126, 130);
    assertThat(TestImages.rgb(decode(linearWebp), 8, 8) & 0xFF).isBetween(185, 191);
  }

  @Test
  void textChunksAndTrailingBytesAreIgnored() {
    byte[] bomb = FileBuilder.join(hex("6b 00 00"), FileBuilder.deflated(new byte[50_000_000]));
    byte[] png = FileBuilder.greyPng(rows("2a"), FileBuilder.chunk("zTXt", bomb));
    assertPixels(FileBuilder.join(png, "<script>".getBytes(ISO_8859_1)), 0x2A2A2A);
    byte[] jpeg = ImageCodec.encode(TestImages.gradient(20, 10), ImageFormat.JPEG);
    assertThat(decode(FileBuilder.join(jpeg, new byte[999])).pixels())
        .isEqualTo(decode(jpeg).pixels());
  }

  @Test
  void pixelsAreCountedFromTheHeader() {
    byte[] png = ImageCodec.encode(TestImages.gradient(20, 10), ImageFormat.PNG);
    assertThat(ImageCodec.pixels(Arrays.copyOf(png, 40), LIMITS)).isEqualTo(200);
  }

  @Test
  void lumaOfAMaskIsTakenOnBlack() {
    byte[] png = FileBuilder.png(3, 8, RGB_ALPHA, rows("ffffffff ffffff00 00ff00ff"));
    assertThat(ImageCodec.decodeMask(png, LUMA).levels()).containsExactly(255, 0, 150);
  }

  @Test
  void alphaOfAUniformShapeIsTheMask() {
    byte[] redStrokes = FileBuilder.png(3, 8, RGB_ALPHA, rows("ff0000ff 00ff0000 ff000080"));
    assertThat(ImageCodec.decodeMask(redStrokes, LIMITS).levels()).containsExactly(255, 0, 128);
    byte[] nothing = FileBuilder.png(2, 8, RGB_ALPHA, rows("ff000000 00ff0000"));
    assertThat(ImageCodec.decodeMask(nothing, LIMITS).isBlank()).isTrue();
    byte[] opaqueBlack = FileBuilder.png(2, 8, RGB_ALPHA, rows("000000ff 000000ff"));
    assertThat(ImageCodec.decodeMask(opaqueBlack, LIMITS).isBlank()).isTrue();
  }

  private static RgbImage decode(byte[] file) {
    return ImageCodec.decode(file, LIMITS);
  }

  /** Decodes on red and compares the first row. */
  private static void assertPixels(byte[] file, int... colours) {
    RgbImage image = ImageCodec.decode(file, ON_RED);
    assertThat(image.width()).isEqualTo(colours.length);
    for (int x = 0; x < colours.length; x++) {
      assertThat(HexFormat.of().toHexDigits(TestImages.rgb(image, x, 0)))
          .isEqualTo(HexFormat.of().toHexDigits(colours[x]));
    }
  }

  /** Red of each pixel in steps of 0x11. */
  private static int[] brightness(RgbImage image) {
    int[] levels = new int[image.width() * image.height()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (image.pixels()[3 * i] & 0xFF) / 0x11;
    }
    return levels;
  }

  private static RgbImage grey(Mask mask) {
    byte[] pixels = new byte[3 * mask.levels().length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = mask.levels()[i / 3];
    }
    return new RgbImage(mask.width(), mask.height(), pixels);
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[][] rows(String... rows) {
    return Arrays.stream(rows).map(ImageCodecTest::hex).toArray(byte[][]::new);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }
}
