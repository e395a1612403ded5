package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spackle.codec.OutputOptions.Alpha;
import io.spackle.codec.OutputOptions.Colour;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.Mask;
import io.spackle.image.Region;
import io.spackle.image.RgbImage;
import io.spackle.image.TestImages;
import io.spackle.metadata.ImageMetadata;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an output keeps of its init image. */
class SourceImageTest {

  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;
  private static final Region MASKED = new Region(5, 4, 15, 12);
  private static final Mask MASK = TestImages.rectangle(WIDTH, HEIGHT, MASKED, 255);

  private static final byte[] LINEAR = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
  private static final byte[] GREY = ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData();

  private static final OutputOptions KEEP = OutputOptions.defaults();
  private static final OutputOptions FLATTEN =
      new OutputOptions(OutputFormat.PNG, 95, Alpha.FLATTEN, Colour.KEEP);
  private static final OutputOptions SRGB =
      new OutputOptions(OutputFormat.PNG, 95, Alpha.KEEP, Colour.SRGB);

  /**
   * A kind of PNG file.
   *
   * @param colour the PNG colour type: 0 grey, 2 RGB, 4 grey and alpha, 6 RGB and alpha
   */
  private record Kind(int bits, int colour, byte[] profile) {

    int bands() {
      return new int[] {1, 0, 3, 0, 2, 0, 4}[colour];
    }

    int max() {
      return (1 << bits) - 1;
    }

    /** Random samples; alpha takes every level. */
    int[][] samples() {
      Random random = new Random(bits * 10 + colour);
      return IntStream.range(0, HEIGHT)
          .mapToObj(y -> random.ints((long) WIDTH * bands(), 0, max() + 1).toArray())
          .toArray(int[][]::new);
    }

    byte[] file(int[][] samples) {
      byte[][] rows = new byte[HEIGHT][WIDTH * bands() * bits / 8];
      for (int y = 0; y < HEIGHT; y++) {
        for (int i = 0; i < rows[y].length; i++) {
          int sample = samples[y][i * 8 / bits];
          rows[y][i] = (byte) (bits == 16 && i % 2 == 0 ? sample >> 8 : sample);
        }
      }
      return profile == null
          ? FileBuilder.png(WIDTH, bits, colour, rows)
          : FileBuilder.png(WIDTH, bits, colour, rows, FileBuilder.profileChunk(profile));
    }

    @Override
    public String toString() {
      return "%d bits, colour type %d, %s"
          .formatted(bits, colour, profile == null ? "no profile" : "profile");
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(8, 16)
        .flatMap(
            bits ->
                Stream.of(0, 2, 4, 6)
                    .flatMap(
                        colour ->
                            Stream.of(
                                new Kind(bits, colour, null),
                                new Kind(bits, colour, colour % 4 == 0 ? GREY : LINEAR))));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void samplesOutsideTheMaskAreBitIdentical(Kind kind) throws IOException {
    int[][] before = kind.samples();
    SourceImage source = SourceImage.decode(kind.file(before), DecodeLimits.defaults());
    Raster after = png(output(source, original(source), noise(1), KEEP));
    assertThat(after.getNumBands()).isEqualTo(kind.bands());
    assertThat(after.getSampleModel().getSampleSize(0)).isEqualTo(kind.bits());
    int changed = 0;
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        for (int band = 0; band < kind.bands(); band++) {
          int sample = after.getSample(x, y, band);
          if (MASK.isMasked(x, y)) {
            changed += sample == before[y][x * kind.bands() + band] ? 0 : 1;
          } else {
            assertThat(sample).isEqualTo(before[y][x * kind.bands() + band]);
          }
        }
      }
    }
    assertThat(changed).isGreaterThan(80 * kind.bands() * 3 / 4);
  }

  @Test
  void pixelsThatShowTheBackgroundAreNotOpaque() throws IOException {
    Kind kind = new Kind(8, 6, null);
    int[][] samples = kind.samples();
    for (int[] row : samples) {
      for (int x = 0; x < WIDTH; x++) {
        row[4 * x + 3] = x < 8 ? 255 : x < 12 ? 250 : x < 16 ? 249 : 0;
      }
    }
    Mask opaque =
        SourceImage.decode(kind.file(samples), DecodeLimits.defaults()).opaque().orElseThrow();
    assertThat(opaque.level(7, 3)).isEqualTo(255);
    assertThat(opaque.level(11, 3)).as("almost opaque").isEqualTo(255);
    assertThat(opaque.level(12, 3)).isZero();
    assertThat(opaque.level(20, 3)).isZero();
  }

  @Test
  void opaqueImagesHaveNoMaskOfOpaquePixels() throws IOException {
    Kind opaque = new Kind(8, 2, null);
    assertThat(SourceImage.decode(opaque.file(opaque.samples()), DecodeLimits.defaults()).opaque())
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anEmptyMaskChangesNothing(Kind kind) throws IOException {
    int[][] before = kind.samples();
    SourceImage source = SourceImage.decode(kind.file(before), DecodeLimits.defaults());
    Mask empty = TestImages.rectangle(WIDTH, HEIGHT, MASKED, 0);
    Frame frame = frame(source, empty, Resize.ORIGINAL);
    EncodedImage file = source.encode(frame.untouched(), frame, Optional.empty(), KEEP);
    Raster after = png(file.bytes());
    for (int y = 0; y < HEIGHT; y++) {
      int[] row = after.getPixels(0, y, WIDTH, 1, (int[]) null);
      assertThat(row).isEqualTo(before[y]);
    }
  }

  /** What a viewer sees in the masked region is what the model generated. */
  @ParameterizedTest
  @MethodSource("kinds")
  void generatedPixelsAreConvertedToTheColoursOfTheFile(Kind kind) {
    SourceImage source = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
    RgbImage grey = TestImages.rectangle(WIDTH, HEIGHT, new Region(0, 0, 24, 16), 170).toRgb();
    byte[] file = output(source, original(source), grey, KEEP);
    byte[] shown =
        kind.profile() == null
            ? file
            : FileBuilder.withChunk(file, FileBuilder.profileChunk(kind.profile()));
    SourceImage seen = SourceImage.decode(shown, DecodeLimits.defaults());
    assertThat(TestImages.rgb(seen.rgb(), 10, 8) & 0xFF).isCloseTo(170, within(1));
  }

  @Test
  void generatedPixelsAreOpaque() throws IOException {
    Kind kind = new Kind(8, 6, null);
    SourceImage source = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
    Raster after = png(output(source, original(source), noise(2), KEEP));
    assertThat(after.getSample(10, 8, 3)).isEqualTo(255);
  }

  @Test
  void anEraserGivesTheAlphaOfTheMaskedRegion() throws IOException {
    for (int bits : new int[] {8, 16}) {
      Kind kind = new Kind(bits, 6, null);
      SourceImage source = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
      Frame frame = original(source);
      Mask alpha = TestImages.rectangle(WIDTH, HEIGHT, new Region(0, 0, 12, 16), 255);
      byte[] file = source.encode(frame.restore(noise(3)), frame, Optional.of(alpha), KEEP).bytes();
      Raster after = png(file);
      assertThat(after.getSample(11, 8, 3)).isEqualTo(kind.max());
      assertThat(after.getSample(12, 8, 3)).isZero();
      assertThat(source.isTransparentNear(frame, KEEP)).isTrue();
      assertThat(source.isTransparentNear(frame, FLATTEN)).isFalse();
    }
  }

  @Test
  void flattenedImagesShowTheBackground() throws IOException {
    Kind kind = new Kind(8, 6, null);
    int[][] samples = kind.samples();
    samples[0][3] = 0;
    samples[0][7] = 255;
    SourceImage source =
        SourceImage.decode(kind.file(samples), new DecodeLimits(1000, 100, 0x204060));
    Raster after = png(output(source, original(source), noise(4), FLATTEN));
    assertThat(after.getPixel(0, 0, (int[]) null)).containsExactly(0x20, 0x40, 0x60);
    assertThat(after.getPixel(1, 0, (int[]) null))
        .containsExactly(samples[0][4], samples[0][5], samples[0][6]);
    assertThat(source.isFlattenedBy(FLATTEN)).isTrue();
    assertThat(source.isFlattenedBy(KEEP)).isFalse();
    assertThat(source.isFlattenedBy(KEEP.withFormat(OutputFormat.JPEG))).isTrue();
  }

  @Test
  void coloursAreConvertedToSrgbOnRequest() throws IOException {
    for (int bits : new int[] {8, 16}) {
      Kind kind = new Kind(bits, 2, LINEAR);
      int[][] samples = kind.samples();
      samples[0][0] = samples[0][1] = samples[0][2] = kind.max() / 2;
      SourceImage source = SourceImage.decode(kind.file(samples), DecodeLimits.defaults());
      Raster after = png(output(source, original(source), noise(5), SRGB));
      assertThat(after.getSample(0, 0, 0) * 255.0 / kind.max()).isCloseTo(188, within(1.5));
      assertThat(after.getNumBands()).isEqualTo(3);
    }
  }

  /** Colours under transparent pixels do not show at the edges of a smaller image. */
  @Test
  void resizedImagesKeepTransparencyWithoutFringes() throws IOException {
    Kind kind = new Kind(8, 6, null);
    int[][] samples = new int[HEIGHT][WIDTH * 4];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        boolean opaque = x < 11;
        samples[y][4 * x] = opaque ? 200 : 0;
        samples[y][4 * x + 1] = opaque ? 0 : 255;
        samples[y][4 * x + 3] = opaque ? 255 : 0;
      }
    }
    SourceImage source = SourceImage.decode(kind.file(samples), DecodeLimits.defaults());
    Frame frame = frame(source, MASK, Resize.FIT);
    Raster after = png(source.encode(frame.untouched(), frame, Optional.empty(), KEEP).bytes());
    assertThat(after.getWidth()).isEqualTo(12);
    assertThat(after.getSample(0, 0, 3)).isEqualTo(255);
    assertThat(after.getSample(11, 0, 3)).isZero();
    for (int x = 0; x < 12; x++) {
      if (after.getSample(x, 0, 3) > 40) { // below, 8-bit rounding shows
        assertThat(after.getSample(x, 0, 0)).isCloseTo(200, within(6));
        assertThat(after.getSample(x, 0, 1)).isLessThan(6);
      }
    }
  }

  @Test
  void damagedProfilesAndThoseOfOtherChannelsAreIgnored() {
    byte[][] wrong = {new byte[500], GREY};
    for (byte[] profile : wrong) {
      Kind kind = new Kind(8, 2, profile);
      SourceImage source = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
      assertThat(source.hasUnusableProfile()).isTrue();
    }
    Kind fine = new Kind(8, 2, LINEAR);
    assertThat(
            SourceImage.decode(fine.file(fine.samples()), DecodeLimits.defaults())
                .hasUnusableProfile())
        .isFalse();
  }

  @Test
  void jpegStaysJpegWithItsQuantizationTables() {
    RgbImage image = TestImages.gradient(WIDTH, HEIGHT);
    for (int quality : new int[] {31, 75, 92}) {
      byte[] jpeg = LossyWriter.jpeg(OutputImage.of(image), quality / 100f, Optional.empty());
      SourceImage source = SourceImage.decode(jpeg, DecodeLimits.defaults());
      EncodedImage output = encode(source, OutputFormat.SOURCE);
      assertThat(output.format()).isEqualTo(ImageFormat.JPEG);
      JpegTables before = JpegTables.of(jpeg).orElseThrow();
      JpegTables after = JpegTables.of(output.bytes()).orElseThrow();
      assertThat(after.luma()).isEqualTo(before.luma());
      assertThat(after.chroma()).isEqualTo(before.chroma());
      assertThat(after.luma()).isNotEqualTo(after.chroma());
    }
  }

  /** No file can be written with a step of 0. */
  @Test
  void tablesWithAStepOfZeroAreNotUsed() {
    byte[] jpeg =
        LossyWriter.jpeg(OutputImage.of(TestImages.gradient(WIDTH, HEIGHT)), 1, Optional.empty());
    int table = 0;
    while (jpeg[table] != (byte) 0xFF || jpeg[table + 1] != (byte) 0xDB) {
      table++;
    }
    jpeg[table + 5] = 0;
    SourceImage source = SourceImage.decode(jpeg, DecodeLimits.defaults());
    EncodedImage output = encode(source, OutputFormat.SOURCE);
    assertThat(JpegTables.of(output.bytes()).orElseThrow().luma()).doesNotContain(0);
  }

  @Test
  void losslessWebpStaysLossless() {
    Kind kind = new Kind(8, 6, null);
    SourceImage png = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
    OutputImage pixels = new OutputImage(RgbImage.of(noise(6).plane()).plane(), 1);
    SourceImage webp =
        SourceImage.decode(LossyWriter.losslessWebp(pixels), DecodeLimits.defaults());
    EncodedImage output = encode(webp, OutputFormat.SOURCE);
    assertThat(output.format()).isEqualTo(ImageFormat.WEBP);
    assertThat(WebpCheck.isLossless(output.bytes())).isTrue();
    SourceImage again = SourceImage.decode(output.bytes(), DecodeLimits.defaults());
    assertThat(TestImages.rgb(again.rgb(), 0, 0)).isEqualTo(TestImages.rgb(webp.rgb(), 0, 0));
    assertThat(WebpCheck.isLossless(encode(png, OutputFormat.WEBP).bytes())).isFalse();
  }

  @Test
  void otherFormatsBecomePng() throws IOException {
    RgbImage image = TestImages.gradient(WIDTH, HEIGHT);
    for (String format : new String[] {"gif", "bmp", "tiff"}) {
      SourceImage source =
          SourceImage.decode(FileBuilder.jdk(image, format), DecodeLimits.defaults());
      assertThat(encode(source, OutputFormat.SOURCE).format()).isEqualTo(ImageFormat.PNG);
    }
  }

  @Test
  void greyImagesAreWrittenAsGreyJpegAndAsRgbWebp() throws IOException {
    Kind kind = new Kind(8, 0, GREY);
    SourceImage source = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
    byte[] jpeg = encode(source, OutputFormat.JPEG).bytes();
    assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getRaster().getNumBands()).isEqualTo(1);
    SourceImage webp =
        SourceImage.decode(encode(source, OutputFormat.WEBP).bytes(), DecodeLimits.defaults());
    assertThat(TestImages.distance(webp.rgb().pixels(), source.rgb().pixels())).isLessThan(40);
  }

  @Test
  void theProfileAndTheDescriptionsAreWrittenIntoEveryFormat() {
    byte[] exif = FileBuilder.exif(6, ByteOrder.BIG_ENDIAN);
    Kind kind = new Kind(8, 6, LINEAR);
    byte[] png = FileBuilder.withChunk(kind.file(kind.samples()), FileBuilder.chunk("eXIf", exif));
    SourceImage source = SourceImage.decode(png, DecodeLimits.defaults());
    Mask mask = TestImages.rectangle(HEIGHT, WIDTH, new Region(2, 2, 8, 8), 255);
    Frame frame =
        Framing.frame(
            source.rgb(),
            mask,
            HEIGHT,
            WIDTH,
            8,
            FramingOptions.defaults().withResize(Resize.ORIGINAL));
    for (OutputFormat format : OutputFormat.values()) {
      OutputOptions options = KEEP.withFormat(format);
      EncodedImage file = source.encode(frame.untouched(), frame, Optional.empty(), options);
      ImageMetadata metadata = ImageMetadata.read(file.metadata().writeInto(file.bytes()));
      assertThat(metadata.icc()).as("%s", format).contains(LINEAR);
      assertThat(metadata.exif()).isPresent();
      assertThat(metadata.orientation()).isEqualTo(1); // the pixels are turned
      OutputOptions converted = new OutputOptions(format, 95, Alpha.KEEP, Colour.SRGB);
      EncodedImage srgb = source.encode(frame.untouched(), frame, Optional.empty(), converted);
      assertThat(srgb.metadata().icc()).isEmpty();
    }
  }

  @Test
  void unusableProfilesAreNotWritten() {
    Kind kind = new Kind(8, 2, GREY);
    SourceImage source = SourceImage.decode(kind.file(kind.samples()), DecodeLimits.defaults());
    assertThat(encode(source, OutputFormat.PNG).metadata().icc()).isEmpty();
  }

  private static EncodedImage encode(SourceImage source, OutputFormat format) {
    Frame frame = original(source);
    return source.encode(frame.untouched(), frame, Optional.empty(), KEEP.withFormat(format));
  }

  private static Frame original(SourceImage source) {
    return frame(source, MASK, Resize.ORIGINAL);
  }

  /** A frame of half the size; at original size the model works at full size. */
  private static Frame frame(SourceImage source, Mask mask, Resize resize) {
    int divisor = resize == Resize.FIT ? 2 : 1;
    return Framing.frame(
        source.rgb(),
        mask,
        WIDTH / divisor,
        HEIGHT / divisor,
        8,
        FramingOptions.defaults().withResize(resize));
  }

  private static byte[] output(
      SourceImage source, Frame frame, RgbImage generated, OutputOptions options) {
    return source.encode(frame.restore(generated), frame, Optional.empty(), options).bytes();
  }

  private static RgbImage noise(int seed) {
    return TestImages.random(new Random(seed), WIDTH, HEIGHT);
  }

  /** The samples as they are stored, read by the JDK. */
  private static Raster png(byte[] file) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(file)).getRaster();
  }
}
