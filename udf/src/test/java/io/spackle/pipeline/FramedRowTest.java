package io.spackle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.MaskReading;
import io.spackle.codec.OutputOptions;
import io.spackle.codec.SourceImage;
import io.spackle.family.BuiltInModel;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintInput.Sources;
import io.spackle.family.ModelTraits;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.family.SchedulerChoice;
import io.spackle.graph.Cancellation;
import io.spackle.image.CropPadding;
import io.spackle.image.Frame;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import io.spackle.lane.FakeInpainter;
import io.spackle.mask.MaskSettings;
import io.spackle.pipeline.ImageSettings.Fill;
import io.spackle.provenance.MarkingOptions;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import io.spackle.row.ReferenceContext;
import io.spackle.row.RowMask;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a model gets of a row. */
class FramedRowTest {

  private static final int WIDTH = 96;
  private static final int HEIGHT = 60;
  private static final ModelTraits DIFFUSION = FakeInpainter.fakeTraits();
  private static final ModelTraits ERASER = BuiltInModel.PATCHMATCH.traits();

  @Test
  void builtInEraserGetsTheImageItself() {
    FramedRow framed = framed(row(1, null), ERASER, settings(Fill.INIT), null);
    assertThat(framed.frame().image().pixels()).isEqualTo(init().rgb().pixels());
    assertThat(framed.isFilled()).isFalse();
  }

  @Test
  void maskedPixelsAreReplacedByAFillBelowStrengthOne() {
    FramedRow framed = framed(row(0.7, null), DIFFUSION, settings(Fill.PATCHMATCH), null);
    InpaintInput input = framed.input(0);
    RgbImage filled = input.filled(1, new Cancellation()).image();
    assertThat(framed.isFilled()).isTrue();
    assertThat(filled.width()).as("at the model's size").isEqualTo(input.image().width());
    assertThat(brightest(input.image(), input.mask())).as("the thing").isGreaterThan(240);
    assertThat(brightest(filled, input.mask())).as("its surroundings").isLessThan(120);
    for (int i = 0; i < filled.pixels().length; i++) {
      if (input.mask().levels()[i / 3] == 0) {
        assertThat(filled.pixels()[i]).isEqualTo(input.image().pixels()[i]);
      }
    }
    assertThat(framed.input(1).seed()).as("another fill for each sample").isEqualTo(8);
  }

  @Test
  void nothingIsFilledWhereMaskedPixelsAreNotRead() {
    assertThat(isFilled(1, DIFFUSION, Fill.PATCHMATCH)).as("strength 1").isFalse();
    assertThat(isFilled(0.7, DIFFUSION, Fill.INIT)).as("by default").isFalse();
    assertThat(isFilled(0.7, ERASER, Fill.PATCHMATCH)).as("the eraser").isFalse();
    ModelTraits eraseModel = new FakeInpainter((inputs, cancellation) -> {}, Guide.NONE).traits();
    assertThat(isFilled(0.7, eraseModel, Fill.PATCHMATCH)).as("a model that erases").isFalse();
    ModelTraits tryOn = new FakeInpainter((inputs, cancellation) -> {}, Guide.REFERENCE).traits();
    assertThat(isFilled(0.7, tryOn, Fill.PATCHMATCH)).as("try-on").isTrue();
  }

  private static boolean isFilled(double strength, ModelTraits traits, Fill fill) {
    return framed(row(strength, null), traits, settings(fill), null).isFilled();
  }

  @Test
  void exclusionIsFramedLikeTheImage() {
    Mask dark = mask(0, 0, WIDTH / 2, HEIGHT);
    Mask half = MaskReduction.MAX.resize(dark, WIDTH / 2, HEIGHT / 2);
    FramedRow eraser = framed(row(1, "logo"), ERASER, settings(Fill.INIT), half);
    Mask excluded = eraser.input(0).sources().excluded().orElseThrow();
    assertThat(excluded.width()).isEqualTo(WIDTH);
    assertThat(excluded.isMasked(WIDTH / 2 - 1, 5)).isTrue();
    assertThat(excluded.isMasked(WIDTH / 2, 5)).isFalse();

    FramingOptions cropping = FramingOptions.defaults().withCropPadding(CropPadding.of(0));
    FramedRow cropped =
        framed(row(0.7, "logo"), DIFFUSION, settings(Fill.PATCHMATCH, cropping), dark);
    Mask canvas = cropped.input(0).sources().excluded().orElseThrow();
    assertThat(canvas.width()).isEqualTo(cropped.frame().image().width());
    assertThat(canvas.coverage()).as("the crop's left part").isBetween(0.3, 0.7);
    assertThat(canvas.isMasked(0, 30)).isTrue();
    assertThat(canvas.isMasked(canvas.width() - 1, 30)).isFalse();
  }

  @Test
  void automaticCropsHaveACanvasOfTheModelsNativeSizeAndTheOutputThatOfTheImage() {
    FramingOptions auto = FramingOptions.defaults().withCropPadding(CropPadding.AUTO);
    ManifestRow large = row(1, null, 1024);
    Frame frame = framed(large, DIFFUSION, settings(Fill.INIT, auto), null).frame();
    int side = DIFFUSION.sizes().nativeSide();
    assertThat(frame.image().width() * frame.image().height()).isLessThan(2 * side * side);
    assertThat(List.of(frame.outputWidth(), frame.outputHeight()))
        .isEqualTo(List.of(WIDTH, HEIGHT));
  }

  @Test
  void sourcesAreNotFramedWhereNothingIsCopied() {
    FramedRow framed =
        framed(row(1, "logo"), DIFFUSION, settings(Fill.PATCHMATCH), mask(0, 0, 9, 9));
    assertThat(framed.input(0).sources()).isEqualTo(Sources.ALL);
  }

  private static FramedRow framed(
      ManifestRow row, ModelTraits traits, ImageSettings settings, Mask exclude) {
    FramedRow.Images images =
        new FramedRow.Images(
            init(), new MaskReading(mask(40, 20, 56, 40), Set.of()), null, exclude);
    return FramedRow.of(row, images, traits, settings);
  }

  private static ManifestRow row(double strength, String exclude) {
    return row(strength, exclude, 64);
  }

  private static ManifestRow row(double strength, String exclude, int side) {
    return new ManifestRow(
        new ManifestRow.Names("a", null, null),
        new ManifestRow.Locations("init", new RowMask.File("mask"), null, exclude),
        new ManifestRow.Prompts("a wall", null, null, ReferenceContext.NONE),
        new GenerationParameters(
            side, side, 2, 4, GuidanceSchedule.of(7.5), strength, SchedulerChoice.DEFAULT),
        false,
        7);
  }

  private static ImageSettings settings(Fill fill) {
    return settings(fill, FramingOptions.defaults().withResize(Resize.ORIGINAL));
  }

  private static ImageSettings settings(Fill fill, FramingOptions framing) {
    return new ImageSettings(
        DecodeLimits.defaults(),
        TestImages.WHITE,
        framing,
        OutputOptions.defaults(),
        fill,
        4,
        MarkingOptions.defaults(),
        MaskSettings.NONE);
  }

  /** A dark texture with a white thing in it. */
  private static SourceImage init() {
    byte[] pixels = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < pixels.length; i++) {
      int x = i / 3 % WIDTH;
      int y = i / 3 / WIDTH;
      boolean isThing = x >= 42 && x < 54 && y >= 22 && y < 38;
      pixels[i] = (byte) (isThing ? 255 : 30 + (x * x + 5 * y) % 60);
    }
    RgbImage image = new RgbImage(WIDTH, HEIGHT, pixels);
    return SourceImage.decode(ImageCodec.encode(image, ImageFormat.PNG), DecodeLimits.defaults());
  }

  private static Mask mask(int left, int top, int right, int bottom) {
    byte[] levels = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < levels.length; i++) {
      int x = i % WIDTH;
      int y = i / WIDTH;
      levels[i] = (byte) (x >= left && x < right && y >= top && y < bottom ? 255 : 0);
    }
    return new Mask(WIDTH, HEIGHT, levels);
  }

  private static int brightest(RgbImage image, Mask mask) {
    int brightest = 0;
    for (int i = 0; i < image.pixels().length; i++) {
      if (mask.levels()[i / 3] != 0) {
        brightest = Math.max(brightest, image.pixels()[i] & 0xFF);
      }
    }
    return brightest;
  }
}
