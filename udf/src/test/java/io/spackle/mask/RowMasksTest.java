package io.spackle.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.SourceImage;
import io.spackle.graph.Device;
import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.Lane;
import io.spackle.lane.SegmentLane;
import io.spackle.mask.MaskEntry.Empty;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.ModelSettings.DeviceChoice;
import io.spackle.model.OpenSegmenter;
import io.spackle.model.SegmenterSettings;
import io.spackle.pipeline.TestImages;
import io.spackle.row.ErrorCode;
import io.spackle.row.RowException;
import io.spackle.row.RowMask;
import io.spackle.segment.SegmentRule;
import io.spackle.segment.Segmenter;
import io.spackle.segment.SegmenterModel;
import io.spackle.segment.SegmenterOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one contract of all masks, whatever they are made from. */
class RowMasksTest {

  private static final DecodeLimits LIMITS = DecodeLimits.defaults();
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;

  /** Red at the left, green at the right, grey elsewhere. */
  private static final RgbImage CLOTHES = drawn(WIDTH, HEIGHT);

  private final InFlightLimits cores = new InFlightLimits(4, 2, 1 << 28);
  private final Map<SegmenterSettings, OpenSegmenter> open = new HashMap<>();

  @AfterEach
  void close() {
    open.values().forEach(OpenSegmenter::close);
    assertThat(cores.areFree()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "model", "shared"})
  void aMaskHasTheProportionsOfTheImageAndCoversWhatIsMeant(String origin) throws Exception {
    Mask mask = make(origin, CLOTHES, half(WIDTH, HEIGHT)).reading().mask();
    assertThat(mask.width() * HEIGHT).isEqualTo(mask.height() * WIDTH);
    assertThat(mask.isMasked(mask.width() / 4, mask.height() / 2)).isTrue();
    assertThat(mask.isMasked(mask.width() * 7 / 8, mask.height() / 2)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "model", "shared"})
  void aMaskThatSelectsNothingIsNoError(String origin) throws Exception {
    RgbImage grey = grey(WIDTH, HEIGHT);
    MadeMask made = make(origin, grey, new Mask(WIDTH, HEIGHT, new byte[WIDTH * HEIGHT]));
    assertThat(made.reading().mask().isBlank()).isTrue();
    assertThat(made.isSkipped()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "model", "shared"})
  void aMaskIsFittedToALargerImage(String origin) throws Exception {
    Mask mask = make(origin, drawn(2 * WIDTH, 2 * HEIGHT), half(WIDTH, HEIGHT)).reading().mask();
    assertThat(mask.width() * HEIGHT).isEqualTo(mask.height() * WIDTH);
    assertThat(mask.isMasked(mask.width() / 4, mask.height() / 2)).isTrue();
  }

  @Test
  void aSharedMaskOfOtherProportionsIsAnErrorOfTheRow() {
    assertThatThrownBy(() -> make("shared", CLOTHES, half(64, 64)))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(ErrorCode.of(e.reason())).isEqualTo(ErrorCode.MASK_UNCLEAR))
        .hasMessageContaining("defaults.mask-image has 64 x 64 pixels");
  }

  @Test
  void aRowCanBeLeftWithoutAnImageIfNothingIsFound() throws Exception {
    MaskEntry entry = entry("clothes", "classes", new MaskEntry.Policy(Empty.SKIP, 1));
    MadeMask made = found(entry, grey(WIDTH, HEIGHT), List.of("Dress"));
    assertThat(made.isSkipped()).isTrue();
    assertThat(found(entry, CLOTHES, List.of("Dress")).isSkipped()).isFalse();
  }

  @Test
  void orFail() {
    MaskEntry entry = entry("clothes", "classes", new MaskEntry.Policy(Empty.FAIL, 1));
    assertFails(entry, grey(WIDTH, HEIGHT), ErrorCode.NOTHING_FOUND, "nothing found by clothes");
  }

  @Test
  void aMaskThatCoversTooMuchIsAnErrorOfTheRow() {
    MaskEntry entry = entry("clothes", "classes", new MaskEntry.Policy(Empty.COPY, 0.1));
    assertFails(entry, CLOTHES, ErrorCode.MASK_TOO_LARGE, "at most 10.0 % expected");
  }

  @Test
  void anAnswerThatIsNotFiniteIsAnErrorOfTheRow() {
    MaskEntry entry = entry("product", "saliency-nan", MaskEntry.Policy.ANY);
    assertFails(entry, CLOTHES, ErrorCode.MODEL_OUTPUT, "NaN");
  }

  @Test
  void theRowNamesClassesInPlaceOfThoseOfTheEntry() throws Exception {
    MaskEntry entry = entry("clothes", "classes", MaskEntry.Policy.ANY);
    Mask dress = found(entry, CLOTHES, List.of("dress")).reading().mask();
    assertThat(dress.isMasked(WIDTH / 4, HEIGHT / 2)).isFalse();
    assertThat(dress.isMasked(WIDTH * 7 / 8, HEIGHT / 2)).isTrue();
  }

  private void assertFails(MaskEntry entry, RgbImage image, ErrorCode code, String message) {
    assertThatThrownBy(() -> found(entry, image, List.of()))
        .isInstanceOfSatisfying(RowException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  private MadeMask found(MaskEntry entry, RgbImage image, List<String> classes)
      throws InterruptedException {
    RowMask mask =
        new RowMask.Found(entry.name(), List.of(new RowMask.Part(entry.name(), classes)));
    return masks(List.of(entry), null).make(mask, Optional.empty(), source(image), cores, none());
  }

  /** The mask of an image; files contain the given one, and the model finds what is red. */
  private MadeMask make(String origin, RgbImage image, Mask content) throws InterruptedException {
    byte[] file = ImageCodec.encode(content.toRgb(), ImageFormat.PNG);
    return switch (origin) {
      case "file" ->
          masks(List.of(), null)
              .make(new RowMask.File("mask.png"), Optional.of(file), source(image), cores, none());
      case "shared" ->
          masks(List.of(), new SharedMask(file, LIMITS))
              .make(new RowMask.Shared("logo.png"), Optional.empty(), source(image), cores, none());
      default -> found(entry("clothes", "classes", MaskEntry.Policy.ANY), image, List.of());
    };
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }

  private RowMasks masks(List<MaskEntry> entries, SharedMask shared) {
    return new RowMasks(
        new MaskSettings(entries, shared),
        LIMITS,
        settings -> open.computeIfAbsent(settings, this::opened));
  }

  private OpenSegmenter opened(SegmenterSettings settings) {
    Segmenter segmenter =
        SegmenterModel.open(Path.of(settings.path()), settings.options()).load(Device.cpu(1));
    return new OpenSegmenter(
        segmenter,
        new Lane<>(
            new SegmentLane(segmenter),
            TestImages.laneSettings(4, Duration.ofMillis(1)),
            TestImages.guard(),
            new ExecutorMetrics()));
  }

  private static MaskEntry entry(String name, String folder, MaskEntry.Policy policy) {
    String path = Path.of(System.getProperty("golden.dir"), "segment", folder).toString();
    return new MaskEntry(
        name,
        new SegmenterSettings(path, null, SegmenterOptions.NONE, null, DeviceChoice.CPU),
        SegmenterModel.open(Path.of(path), SegmenterOptions.NONE).traits(),
        SegmentRule.of(folder.equals("classes") ? List.of("Upper-clothes") : List.of("foreground")),
        policy);
  }

  private static SourceImage source(RgbImage image) {
    return SourceImage.decode(ImageCodec.encode(image, ImageFormat.PNG), LIMITS);
  }

  private static RgbImage grey(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    Arrays.fill(pixels, (byte) 128);
    return new RgbImage(width, height, pixels);
  }

  private static RgbImage drawn(int width, int height) {
    RgbImage image = grey(width, height);
    for (int i = 0; i < width * height; i++) {
      int x = i % width;
      boolean left = x < width / 2 - width / 8;
      boolean right = x > width / 2 + width / 8;
      if (left || right) {
        image.pixels()[3 * i] = (byte) (left ? 255 : 0);
        image.pixels()[3 * i + 1] = (byte) (left ? 0 : 255);
        image.pixels()[3 * i + 2] = 0;
      }
    }
    return image;
  }

  private static Mask half(int width, int height) {
    byte[] levels = new byte[width * height];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i % width < width / 2 ? 255 : 0);
    }
    return new Mask(width, height, levels);
  }
}
