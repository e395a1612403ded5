package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.OutputOptions;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.ReferenceLayout;
import io.spackle.family.SchedulerChoice;
import io.spackle.image.FramingOptions;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import io.spackle.lane.ExecutorGuard;
import io.spackle.lane.LaneSettings;
import io.spackle.mask.MaskSettings;
import io.spackle.pipeline.ImageSettings.Fill;
import io.spackle.provenance.MarkingOptions;
import io.spackle.row.ErrorCode;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import io.spackle.row.ReferenceContext;
import io.spackle.row.RowException;
import io.spackle.row.RowMask;
import io.spackle.sink.ImageSink;
import io.spackle.source.Fetching;
import io.spackle.source.Fetching.Rest;
import io.spackle.source.ImageSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32;

/** Small images, rows that refer to them, and a source and a sink in memory. */
public final class TestImages {

  public static final int SIDE = 64;
  static final byte GREY = 100;
  static final int WHITE = 0xFFFFFF;

  public static final String INIT = "init";

  /** A mask of the right half. */
  public static final String HALF = "half";

  static final String BLANK = "blank";
  static final String FULL = "full";

  private TestImages() {}

  @FunctionalInterface
  interface Fetch {
    byte[] fetch(String location) throws InterruptedException;
  }

  public static Map<String, byte[]> files() {
    return Map.of(
        INIT, png(0, GREY),
        HALF, png(SIDE / 2, (byte) 255),
        BLANK, png(SIDE, (byte) 255),
        FULL, png(0, (byte) 255));
  }

  public static ManifestRow row(String prompt) {
    return row(prompt, HALF, 1);
  }

  public static ManifestRow row(String prompt, String mask, int samples) {
    return new ManifestRow(
        new ManifestRow.Names(prompt, null, null),
        new ManifestRow.Locations(INIT, new RowMask.File(mask), null, null),
        new ManifestRow.Prompts(prompt, null, null, ReferenceContext.NONE),
        new GenerationParameters(
            SIDE, SIDE, samples, 4, GuidanceSchedule.of(7.5), 1, SchedulerChoice.DEFAULT),
        false,
        7);
  }

  /** A row with a scheduler that the fake model refuses. */
  static ManifestRow refusedRow() {
    ManifestRow row = row("a");
    GenerationParameters asked =
        new GenerationParameters(
            SIDE, SIDE, 1, 4, GuidanceSchedule.of(7.5), 1, new SchedulerChoice("refused", null));
    return new ManifestRow(
        row.names(), row.locations(), row.prompts(), asked, row.safetyChecker(), row.seed());
  }

  /** The row with the location of a reference image. */
  static ManifestRow withReference(ManifestRow row, String reference) {
    return at(row, new ManifestRow.Locations(INIT, row.locations().mask(), reference, null));
  }

  /** The row with a reference image in context, left of the init image. */
  static ManifestRow inContext(ManifestRow row, String reference) {
    ManifestRow.Prompts prompts = row.prompts();
    ManifestRow located = withReference(row, reference);
    return new ManifestRow(
        located.names(),
        located.locations(),
        new ManifestRow.Prompts(
            prompts.prompt(),
            prompts.negative(),
            null,
            new ReferenceContext(ReferenceLayout.LEFT, "a shirt; {prompt}")),
        located.parameters(),
        located.safetyChecker(),
        located.seed());
  }

  /** The row with the location of a mask of what must not be copied. */
  static ManifestRow excluding(ManifestRow row, String exclude) {
    return at(row, new ManifestRow.Locations(INIT, row.locations().mask(), null, exclude));
  }

  private static ManifestRow at(ManifestRow row, ManifestRow.Locations locations) {
    return new ManifestRow(
        row.names(), locations, row.prompts(), row.parameters(), row.safetyChecker(), row.seed());
  }

  static InpaintParameters parameters() {
    return new InpaintParameters(
        SIDE,
        SIDE,
        new InpaintParameters.Sampling(4, 7.5, 1, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  static InpaintInput input(String prompt) {
    RgbImage image = new RgbImage(SIDE, SIDE, new byte[3 * SIDE * SIDE]);
    return new InpaintInput(
        image, new Mask(SIDE, SIDE, new byte[SIDE * SIDE]), prompt, null, null, 7);
  }

  /** A guard that never ends the JVM. */
  public static ExecutorGuard guard() {
    return new ExecutorGuard(() -> false, () -> {});
  }

  public static LaneSettings laneSettings(int maxImages, Duration maxWait) {
    return new LaneSettings(maxImages, maxWait, 4, 1L << 28, Duration.ofHours(1));
  }

  public static ImageSettings settings() {
    return new ImageSettings(
        DecodeLimits.defaults(),
        WHITE,
        FramingOptions.defaults(),
        OutputOptions.defaults(),
        Fill.INIT,
        4,
        MarkingOptions.defaults(),
        MaskSettings.NONE);
  }

  static ImageSource source(Map<String, byte[]> files) {
    return source(
        location -> {
          byte[] file = files.get(location);
          if (file == null) {
            throw new RowException(ErrorCode.FETCH_NOT_FOUND, "no " + location);
          }
          return file;
        });
  }

  static ImageSource source(Fetch fetch) {
    return restingSource((location, rest) -> fetch.fetch(location));
  }

  /** A fetch that may wait for its host. */
  @FunctionalInterface
  interface RestingFetch {
    byte[] fetch(String location, Rest rest) throws InterruptedException;
  }

  static ImageSource restingSource(RestingFetch fetch) {
    return new ImageSource() {
      @Override
      public byte[] fetch(String location, Fetching fetching) throws InterruptedException {
        byte[] file = fetch.fetch(location, fetching.rest());
        fetching.version().accept("version of " + location);
        return file;
      }

      @Override
      public Optional<String> version(String location) {
        return Optional.empty();
      }

      @Override
      public void check(String location) {}
    };
  }

  static ImageSink sink(Map<String, byte[]> files) {
    return (key, bytes) -> {
      files.put(key, bytes);
      return key;
    };
  }

  /** The level in the middle of the left edge. */
  static byte left(RgbImage image) {
    return level(image, 0);
  }

  static byte right(RgbImage image) {
    return level(image, image.width() - 1);
  }

  private static byte level(RgbImage image, int x) {
    return image.pixels()[3 * (image.height() / 2 * image.width() + x)];
  }

  /** Black to the left of a column, a level from there on. */
  private static byte[] png(int from, byte level) {
    return png(SIDE, SIDE, x -> x < from ? 0 : level);
  }

  /** A grey PNG file whose columns each have one level. */
  static byte[] png(int width, int height, IntUnaryOperator level) {
    byte[] pixels = new byte[3 * width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) level.applyAsInt(i / 3 % width);
    }
    return ImageCodec.encode(new RgbImage(width, height, pixels), ImageFormat.PNG);
  }

  /** A plain PNG file with EXIF orientation 6: it is shown rotated clockwise. */
  static byte[] turned(int width, int height) {
    byte[] exif =
        HexFormat.of()
            .parseHex("65584966" + "49492a0008000000010012010300010000000600" + "000000000000");
    CRC32 sum = new CRC32();
    sum.update(exif);
    byte[] png = png(width, height, x -> GREY);
    int header = 33; // signature and header chunk
    return ByteBuffer.allocate(png.length + 8 + exif.length)
        .put(png, 0, header)
        .putInt(exif.length - 4)
        .put(exif)
        .putInt((int) sum.getValue())
        .put(png, header, png.length - header)
        .array();
  }
}
