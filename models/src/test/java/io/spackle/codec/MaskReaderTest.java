package io.spackle.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.MaskReading.Finding;
import io.spackle.image.ImageException;
import io.spackle.image.ImageException.Reason;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One mask has the same meaning in every form that people send it. */
class MaskReaderTest {

  private static final int ROUNDS = 8;
  private static final int BLACK = 0x000000;
  private static final int WHITE = 0xFFFFFF;

  @Test
  void whiteOnBlackIsMaskedInEveryEncoding() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Mask shape = MaskFiles.shape(random);
      Map<String, byte[]> files = new LinkedHashMap<>();
      files.put("grey", MaskFiles.greyPng(shape, level -> level));
      files.put("RGB", MaskFiles.rgbPng(MaskFiles.rgb(shape, level -> level * 0x010101)));
      files.put("one bit", MaskFiles.bitPng(shape));
      files.put("16 bits", MaskFiles.deepPng(shape, 0xFFFF));
      files.put("grey with noise", MaskFiles.greyPng(MaskFiles.noisy(shape, random, 6), l -> l));
      files.put("palette", MaskFiles.palettePng(shape, BLACK, WHITE));
      files.put("transparent black", MaskFiles.layer(MaskFiles.plain(WHITE), shape));
      assertAllRead(files, shape, MaskOptions.defaults());
    }
  }

  @Test
  void labelsAreMaskedThoughTheyAreDark() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask shape = MaskFiles.shape(new Random(seed));
      Map<String, byte[]> files = new LinkedHashMap<>();
      for (int label : new int[] {1, 2, 100, 127}) {
        files.put("0 and " + label, MaskFiles.greyPng(shape, level -> level == 0 ? 0 : label));
      }
      files.put("16 bits, 0 and 1", MaskFiles.deepPng(shape, 1));
      files.put("16 bits, 0 and 255", MaskFiles.deepPng(shape, 255));
      files.put("16 bits, 0 and 4095", MaskFiles.deepPng(shape, 4095));
      files.put("palette of levels", MaskFiles.palettePng(shape, BLACK, 0x010101));
      files.put("grey 155 and white", MaskFiles.greyPng(shape, level -> level == 0 ? 155 : 255));
      assertAllRead(files, shape, MaskOptions.defaults());
    }
  }

  @Test
  void anyColourOnBlackIsMasked() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask shape = MaskFiles.shape(new Random(seed));
      Map<String, byte[]> files = new LinkedHashMap<>();
      for (int colour : new int[] {0xFF0000, 0x0000FF, 0x800000, 0x40E0D0, 0x000080}) {
        files.put(
            Integer.toHexString(colour),
            MaskFiles.rgbPng(MaskFiles.rgb(shape, level -> level == 0 ? BLACK : colour)));
        files.put("palette " + colour, MaskFiles.palettePng(shape, BLACK, colour));
      }
      files.put("several", MaskFiles.rgbPng(labels(shape)));
      assertAllRead(files, shape, MaskOptions.defaults());
    }
  }

  /** Each third of the shape has another colour, as in a map of classes. */
  private static RgbImage labels(Mask shape) {
    int[] colours = {0x800000, 0x00FF00, 0x404000};
    byte[] levels = shape.levels().clone();
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (levels[i] == 0 ? 0 : 1 + i % MaskFiles.WIDTH / 32);
    }
    Mask classes = new Mask(shape.width(), shape.height(), levels);
    return MaskFiles.rgb(classes, level -> level == 0 ? BLACK : colours[level - 1]);
  }

  @Test
  void strokesOnATransparentLayerAreMaskedWhateverTheirColourAndOpacity() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask shape = MaskFiles.shape(new Random(seed));
      Map<String, RgbImage> colours = new LinkedHashMap<>();
      colours.put("black", MaskFiles.plain(BLACK));
      colours.put("red", MaskFiles.plain(0xD64444));
      colours.put("rainbow", MaskFiles.rainbow());
      colours.put("several", labels(shape));
      Map<String, byte[]> files = new LinkedHashMap<>();
      for (Map.Entry<String, RgbImage> entry : colours.entrySet()) {
        for (int opacity : new int[] {255, 200, 100, 20}) {
          Mask alpha = MaskFiles.scaled(shape, opacity);
          RgbImage straight = entry.getValue();
          String name = entry.getKey() + ", opacity " + opacity;
          files.put(name, MaskFiles.layer(straight, alpha));
          files.put(
              name + ", premultiplied",
              MaskFiles.layer(MaskFiles.premultiplied(straight, alpha), alpha));
        }
      }
      files.put(
          "palette",
          MaskFiles.palettePng(
              shape, WHITE, 0x00FF00, FileBuilder.chunk("tRNS", new byte[] {0, (byte) 255})));
      assertAllRead(files, shape, MaskOptions.defaults());
    }
  }

  @Test
  void aFaintStrokeBesideAnOpaqueOneIsMasked() {
    Mask shape = MaskFiles.shape(new Random(1));
    byte[] alpha = shape.levels().clone();
    for (int i = 0; i < alpha.length; i++) {
      alpha[i] = (byte) (alpha[i] == 0 ? 0 : i % MaskFiles.WIDTH < 48 ? 255 : 80);
    }
    Mask opacities = new Mask(shape.width(), shape.height(), alpha);
    assertReads(MaskFiles.layer(MaskFiles.plain(0xFF0000), opacities), shape);
  }

  @Test
  void remainsOfAnEraserAreNotMasked() {
    Mask shape = MaskFiles.shape(new Random(1));
    byte[] alpha = shape.levels().clone();
    for (int i = 0; i < alpha.length; i++) {
      alpha[i] = alpha[i] == 0 && i < alpha.length / 2 ? 3 : alpha[i];
    }
    Mask opacities = new Mask(shape.width(), shape.height(), alpha);
    assertReads(MaskFiles.layer(MaskFiles.plain(0xFF0000), opacities), shape);
  }

  @Test
  void softStrokesAreMaskedFromHalfTheirOpacity() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask soft = MaskFiles.blurred(MaskFiles.shape(new Random(seed)), 3);
      assertReads(MaskFiles.layer(MaskFiles.plain(0xD64444), soft), soft.binarised());
      Mask faint = MaskFiles.scaled(soft, 100);
      Mask read = read(MaskFiles.layer(MaskFiles.plain(0xD64444), faint));
      for (int i = 0; i < faint.levels().length; i++) {
        int level = faint.levels()[i] & 0xFF;
        assertThat(isMasked(read, i)).as("opacity %d of 100", level).isEqualTo(level >= 50);
      }
    }
  }

  @Test
  void theHoleOfAPhotoIsMaskedWhateverItsColours() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Random random = new Random(seed);
      Mask hole = MaskFiles.shape(random);
      Map<String, byte[]> files = new LinkedHashMap<>();
      RgbImage photo = MaskFiles.photo(random, 6);
      files.put("colour", MaskFiles.layer(photo, hole.inverted()));
      files.put("grey", MaskFiles.layer(MaskFiles.grey(photo), hole.inverted()));
      files.put("smooth", MaskFiles.layer(MaskFiles.photo(random, 0), hole.inverted()));
      files.put(
          "cleared",
          MaskFiles.layer(MaskFiles.premultiplied(photo, hole.inverted()), hole.inverted()));
      files.put("most of it", MaskFiles.layer(photo, hole));
      assertThat(read(files.remove("most of it")).binarised().levels())
          .isEqualTo(hole.inverted().levels());
      assertAllRead(files, hole, MaskOptions.defaults());
      assertAllRead(files, hole, MaskOptions.defaults().withInvert(true));
    }
  }

  @Test
  void blackOnWhiteIsMaskedByInvert() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask shape = MaskFiles.shape(new Random(seed));
      Map<String, byte[]> files = new LinkedHashMap<>();
      files.put("black on white", MaskFiles.greyPng(shape, level -> 255 - level));
      files.put("grey on white", MaskFiles.greyPng(shape, level -> level == 0 ? 255 : 180));
      files.put(
          "yellow on white",
          MaskFiles.rgbPng(MaskFiles.rgb(shape, level -> level == 0 ? WHITE : 0xFFFF00)));
      files.put("1 and 0", MaskFiles.greyPng(shape, level -> level == 0 ? 1 : 0));
      assertAllRead(files, shape, MaskOptions.defaults().withInvert(true));
      files.clear();
      files.put("a shape around it", MaskFiles.layer(MaskFiles.plain(0xFF0000), shape));
      assertAllRead(files, shape.inverted(), MaskOptions.defaults().withInvert(true));
    }
  }

  @Test
  void softEdgesKeepTheirLevels() {
    for (int radius = 1; radius < 8; radius += 2) {
      Mask soft = MaskFiles.blurred(MaskFiles.shape(new Random(radius)), radius);
      assertThat(read(MaskFiles.greyPng(soft, level -> level)).levels()).isEqualTo(soft.levels());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ImageFormat.class,
      names = {"JPEG", "WEBP"})
  void lossyMasksAreReadByTheirHalf(ImageFormat format) {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask shape = MaskFiles.shape(new Random(seed));
      for (int dark : new int[] {0, 60}) {
        RgbImage image = MaskFiles.rgb(shape, level -> (level == 0 ? dark : 255 - dark) * 0x010101);
        assertReadsAwayFromEdges(ImageCodec.encode(image, format), shape);
      }
      RgbImage faint = MaskFiles.rgb(shape, level -> level == 0 ? 0 : 0x646464);
      assertReadsAwayFromEdges(ImageCodec.encode(faint, format), shape);
      RgbImage blue = MaskFiles.rgb(shape, level -> level == 0 ? 0 : 0x0000FF);
      assertReadsAwayFromEdges(ImageCodec.encode(blue, format), shape);
    }
  }

  @Test
  void masksOfStrongJpegCompressionAreReadByTheirHalf() throws IOException {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Mask shape = MaskFiles.shape(new Random(seed));
      RgbImage image = MaskFiles.rgb(shape, level -> level * 0x010101);
      assertReadsAwayFromEdges(FileBuilder.jdk(image, "jpeg"), shape);
    }
  }

  @Test
  void blackAndWhiteOnATransparentLayerIsReadByItsLuma() {
    Mask shape = MaskFiles.shape(new Random(3));
    byte[] alpha = new byte[shape.levels().length];
    for (int i = 0; i < alpha.length; i++) {
      boolean isSeen = i / MaskFiles.WIDTH > 8 && i % MaskFiles.WIDTH > 4;
      alpha[i] = (byte) (isSeen || shape.levels()[i] != 0 ? 255 : 0);
    }
    Mask seen = new Mask(shape.width(), shape.height(), alpha);
    assertReads(MaskFiles.layer(MaskFiles.rgb(shape, level -> level * 0x010101), seen), shape);
  }

  @Test
  void plainMasksSelectNothingOrEverything() {
    Mask nothing = new Mask(MaskFiles.WIDTH, MaskFiles.HEIGHT, new byte[96 * 72]);
    assertReads(MaskFiles.greyPng(nothing, level -> 0), nothing);
    assertReads(MaskFiles.deepPng(nothing, 0), nothing);
    assertReads(MaskFiles.layer(MaskFiles.plain(0xFF0000), nothing), nothing);
    assertReads(MaskFiles.greyPng(nothing, level -> 255), nothing.inverted());
    assertReads(
        MaskFiles.greyPng(MaskFiles.noisy(nothing.inverted(), new Random(1), 5), level -> level),
        nothing.inverted());
    assertReads(MaskFiles.layer(MaskFiles.plain(WHITE), nothing.inverted()), nothing.inverted());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 40})
  void photosAreRefused(int noise) {
    for (int seed = 0; seed < ROUNDS; seed++) {
      RgbImage photo = MaskFiles.photo(new Random(seed), noise);
      assertRefused(MaskFiles.rgbPng(photo), "photo");
      assertRefused(MaskFiles.rgbPng(MaskFiles.grey(photo)), "photo");
      assertRefused(ImageCodec.encode(photo, ImageFormat.JPEG), "photo");
      assertRefused(MaskFiles.layer(photo, fully(255)), "photo");
      if (noise > 1) {
        assertRefused(
            MaskFiles.layer(photo, MaskFiles.scaled(MaskFiles.shape(new Random(seed)), 90)),
            "photo");
      }
    }
  }

  @Test
  void whatMayMeanSeveralThingsIsRefused() {
    Mask shape = MaskFiles.shape(new Random(5));
    assertRefused(
        MaskFiles.stripes(0, 50, 100), "nothing above half, but not plain black: levels 0 to 100");
    assertRefused(MaskFiles.stripes(0, 1, 2, 3), "nothing above half");
    assertRefused(MaskFiles.stripes(100), "nothing above half");
    assertRefused(MaskFiles.stripes(50, 100), "nothing above half");
    assertRefused(MaskFiles.stripes(150, 250), "nothing below half, but not plain white");
    assertRefused(
        MaskFiles.rgbPng(MaskFiles.rgb(shape, level -> level == 0 ? WHITE : 0xFF0000)),
        "colours on white; expected white on black: save the mask so, or set image.mask-invert");
    assertRefused(
        MaskFiles.rgbPng(MaskFiles.rgb(shape, level -> level == 0 ? 0x00FF00 : 0xFF0000)),
        "colours without black or white");
    assertRefused(
        MaskFiles.layer(MaskFiles.plain(BLACK), shape.inverted()),
        "few colours around a transparent part: either may be meant");
  }

  @Test
  void withInvertALayerIsClearWhetherItIsACutOutOrStrokes() {
    Mask shape = MaskFiles.shape(new Random(5));
    MaskOptions options = MaskOptions.defaults().withInvert(true);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("frame", MaskFiles.layer(MaskFiles.plain(BLACK), shape.inverted()));
    files.put("cut-out", MaskFiles.layer(MaskFiles.photo(new Random(1), 9), shape.inverted()));
    files.put(
        "faded cut-out",
        MaskFiles.layer(MaskFiles.photo(new Random(1), 9), MaskFiles.scaled(shape.inverted(), 90)));
    assertAllRead(files, shape, options);
  }

  @Test
  void aLayerOfOneOpacityIsMaskedAsAWhole() {
    assertReads(MaskFiles.layer(MaskFiles.plain(0xFF0000), fully(100)), fully(255));
  }

  @Test
  void anUnclearMaskIsReadByItsLumaIfTheRuleIsNotStrict() {
    MaskOptions options = MaskOptions.defaults().withStrict(false);
    RgbImage photo = MaskFiles.photo(new Random(1), 10);
    MaskReading reading = reading(MaskFiles.rgbPng(photo), options);
    assertThat(reading.findings()).containsExactly(Finding.UNCLEAR);
    assertThat(reading.mask().levels()).isEqualTo(photo.luma().levels());
    Mask inverted = reading(MaskFiles.rgbPng(photo), options.withInvert(true)).mask();
    assertThat(inverted.levels()).isEqualTo(reading.mask().inverted().levels());
    Mask shape = MaskFiles.shape(new Random(1));
    assertThat(reading(MaskFiles.greyPng(shape, level -> level), options).findings()).isEmpty();
  }

  @Test
  void lumaOpaqueAndTransparentReadWhateverTheImageShows() {
    Mask shape = MaskFiles.shape(new Random(1));
    RgbImage photo = MaskFiles.photo(new Random(1), 10);
    byte[] layer = MaskFiles.layer(photo, shape);
    MaskOptions options = MaskOptions.defaults();
    assertThat(reading(layer, options.withRule(MaskRule.OPAQUE)).mask().levels())
        .isEqualTo(shape.levels());
    assertThat(reading(layer, options.withRule(MaskRule.TRANSPARENT)).mask().levels())
        .isEqualTo(shape.inverted().levels());
    assertThat(reading(MaskFiles.rgbPng(photo), options.withRule(MaskRule.LUMA)).mask().levels())
        .isEqualTo(photo.luma().levels());
    byte[] noAlpha = MaskFiles.greyPng(shape, level -> level);
    assertThatThrownBy(() -> reading(noAlpha, options.withRule(MaskRule.OPAQUE)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("no alpha channel, though image.mask-rule = opaque");
  }

  private static Mask fully(int opacity) {
    return MaskFiles.scaled(
        new Mask(MaskFiles.WIDTH, MaskFiles.HEIGHT, new byte[96 * 72]).inverted(), opacity);
  }

  private static void assertAllRead(Map<String, byte[]> files, Mask expected, MaskOptions options) {
    files.forEach(
        (name, file) ->
            assertThat(reading(file, options).mask().binarised().levels())
                .as(name)
                .isEqualTo(expected.levels()));
  }

  private static void assertReads(byte[] file, Mask expected) {
    assertThat(read(file).binarised().levels()).isEqualTo(expected.levels());
  }

  /** Compares pixels whose neighbourhood is kept or masked as a whole. */
  private static void assertReadsAwayFromEdges(byte[] file, Mask expected) {
    Mask read = read(file);
    Mask neighbourhood = MaskFiles.blurred(expected, 2);
    for (int i = 0; i < expected.levels().length; i++) {
      int mean = neighbourhood.levels()[i] & 0xFF;
      if (mean == 0 || mean == 255) {
        assertThat(isMasked(read, i)).as("pixel %d", i).isEqualTo(mean == 255);
      }
    }
  }

  private static void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((ImageException) e).reason())
        .isEqualTo(Reason.MASK_UNCLEAR);
  }

  private static boolean isMasked(Mask mask, int index) {
    return mask.isMasked(index % mask.width(), index / mask.width());
  }

  private static Mask read(byte[] file) {
    return ImageCodec.decodeMask(file, DecodeLimits.defaults());
  }

  private static MaskReading reading(byte[] file, MaskOptions options) {
    MaskTarget target = new MaskTarget(MaskFiles.WIDTH, MaskFiles.HEIGHT, 1);
    return ImageCodec.decodeMask(file, DecodeLimits.defaults().withMasks(options), target);
  }
}
