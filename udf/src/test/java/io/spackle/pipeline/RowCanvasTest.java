package io.spackle.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.MaskReading;
import io.spackle.codec.SourceImage;
import io.spackle.family.BuiltInModel;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.ModelTraits;
import io.spackle.family.SchedulerChoice;
import io.spackle.image.CropPadding;
import io.spackle.image.Extension;
import io.spackle.image.FramingOptions;
import io.spackle.image.FramingOptions.Resize;
import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.FakeInpainter;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import io.spackle.row.ReferenceContext;
import io.spackle.row.RowMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The images of a row on its canvas, and what a model sees of them. */
class RowCanvasTest {

  private static final ModelTraits DIFFUSION = FakeInpainter.fakeTraits();
  private static final int SIDE = 64; // that rows ask for

  /** What is new at one side can be shown alone, with a quarter of the model's side around it. */
  @ParameterizedTest
  @CsvSource({
    "300, 90, left=40, 16",
    "90, 300, bottom=40, 16",
    "300, 90, bottom=40, ",
    "300, 90, 'left=40, right=40', ",
    "300, 90, 'left=40, bottom=40', ",
    "300, 90, 1:1, ",
    "30, 20, left=10, "
  })
  void aModelSeesACropOfWhatItCannotTakeAtOnce(
      int width, int height, String extend, Integer padding) {
    FramingOptions options = settings(width, height, extend, DIFFUSION).framing();
    assertThat(options.resize()).isEqualTo(Resize.ORIGINAL);
    assertThat(options.cropPadding())
        .isEqualTo(padding == null ? CropPadding.NONE : CropPadding.of(padding));
  }

  @Test
  void aModelOfAnySizeSeesTheWholeCanvas() {
    ModelTraits eraser = BuiltInModel.PATCHMATCH.traits();
    assertThat(settings(300, 90, "left=40", eraser).framing().cropPadding())
        .isEqualTo(CropPadding.NONE);
  }

  @Test
  void theConfiguredPaddingCounts() {
    ImageSettings settings = TestImages.settings();
    settings = settings.withFraming(settings.framing().withCropPadding(CropPadding.of(5)));
    SourceImage init = init(300, 90);
    RowCanvas canvas = RowCanvas.of(row("left=40"), init, settings).orElseThrow();
    FramedRow.Images placed = canvas.place(images(init));
    assertThat(canvas.settings(placed.mask().mask(), DIFFUSION).framing().cropPadding())
        .isEqualTo(CropPadding.of(5));
  }

  @Test
  void theCropIsAsSharpAsTheModelAllows() {
    SourceImage init = init(300, 90);
    RowCanvas canvas = RowCanvas.of(row("left=40"), init, TestImages.settings()).orElseThrow();
    FramedRow.Images placed = canvas.place(images(init));
    ImageSettings settings = canvas.settings(placed.mask().mask(), DIFFUSION);
    FramedRow framed = FramedRow.of(row("left=40"), placed, DIFFUSION, settings);
    assertThat(framed.frame().outputWidth()).isEqualTo(340);
    assertThat(framed.frame().outputHeight()).isEqualTo(90);
    // 44 of 90 columns are masked; of the whole canvas it would be an eighth.
    assertThat(framed.frame().mask().coverage()).isBetween(0.4, 0.6);
  }

  @Test
  void aCanvasWithinTheLimitsIsCountedFromTheHeader() {
    byte[] file = ImageCodec.encode(image(30, 20), ImageFormat.PNG);
    DecodeLimits limits = DecodeLimits.defaults();
    assertThat(RowCanvas.pixels(row("1:1"), file, limits)).isEqualTo(900);
    assertThat(RowCanvas.pixels(row(null), file, limits)).isZero();
    DecodeLimits few = new DecodeLimits(899, 1000, 0);
    assertThatThrownBy(() -> RowCanvas.pixels(row("1:1"), file, few))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "extend: 1:1 makes 30 x 30 of 30 x 20 pixels, the limits are 899 in total and 1000 a"
                + " side: extend less, or raise fetch.max-pixels");
    assertThatThrownBy(() -> RowCanvas.pixels(row("right=1000"), file, few))
        .hasMessageContaining("makes 1030 x 20 of 30 x 20 pixels");
  }

  @Test
  void aRowThatIsNotExtendedHasNoCanvas() {
    assertThat(RowCanvas.of(row(null), init(30, 20), TestImages.settings())).isEmpty();
  }

  private static ImageSettings settings(int width, int height, String extend, ModelTraits traits) {
    SourceImage init = init(width, height);
    RowCanvas canvas = RowCanvas.of(row(extend), init, TestImages.settings()).orElseThrow();
    FramedRow.Images placed = canvas.place(images(init));
    return canvas.settings(placed.mask().mask(), traits);
  }

  private static FramedRow.Images images(SourceImage init) {
    return new FramedRow.Images(init, MaskReading.of(blank(init.rgb())), null, null);
  }

  private static ManifestRow row(String extend) {
    return new ManifestRow(
        new ManifestRow.Names("id", null, null),
        new ManifestRow.Locations(
            "init", new RowMask.None(), null, null, extend == null ? null : Extension.of(extend)),
        new ManifestRow.Prompts("", null, null, ReferenceContext.NONE),
        new GenerationParameters(
            SIDE, SIDE, 1, 4, GuidanceSchedule.of(7.5), 1, SchedulerChoice.DEFAULT),
        false,
        7);
  }

  private static Mask blank(RgbImage image) {
    return new Mask(image.width(), image.height(), new byte[image.width() * image.height()]);
  }

  private static SourceImage init(int width, int height) {
    byte[] file = ImageCodec.encode(image(width, height), ImageFormat.PNG);
    return SourceImage.decode(file, DecodeLimits.defaults());
  }

  private static RgbImage image(int width, int height) {
    return new RgbImage(width, height, new byte[3 * width * height]);
  }
}
