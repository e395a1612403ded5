package io.spackle.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.codec.MaskOptions;
import io.spackle.family.InpaintInput;
import io.spackle.family.ModelTraits.Guide;
import io.spackle.family.Note;
import io.spackle.graph.Cancellation;
import io.spackle.graph.GraphException;
import io.spackle.image.RgbImage;
import io.spackle.lane.FakeInpainter;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.InpaintLane;
import io.spackle.lane.Lane;
import io.spackle.mask.RowMasks;
import io.spackle.metadata.ImageMetadata;
import io.spackle.metadata.PlacedManifest;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.ModelSettings;
import io.spackle.model.OpenModel;
import io.spackle.provenance.SourceType;
import io.spackle.quality.QualityThresholds;
import io.spackle.quality.Scorer;
import io.spackle.row.ErrorCode;
import io.spackle.row.MadeImage;
import io.spackle.row.ManifestRow;
import io.spackle.row.ModelShare;
import io.spackle.row.Outcome;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import io.spackle.row.Sha256;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageWriter;
import io.spackle.source.ImageSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RowPipelineTest {

  private static final Duration LONG = Duration.ofHours(1);
  private static final long PLENTY = 1 << 30;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>(TestImages.files());
  private final Map<String, byte[]> written = new ConcurrentHashMap<>();
  private final Cancellation task = new Cancellation();
  private ImageSettings settings = TestImages.settings();
  private QualitySettings quality = QualitySettings.NONE;
  private Optional<Scorer> scorer = Optional.empty();
  private ImageSource source = TestImages.source(files);
  private ImageSink sink = TestImages.sink(written);
  private final Map<String, byte[]> previews = new ConcurrentHashMap<>();
  private FakeInpainter inpainter = new FakeInpainter();
  private OpenModel model;

  @AfterEach
  void allResourcesAreReleased() {
    assertThat(model.limits().areFree()).isTrue();
    model.close();
  }

  @Test
  void onlyTheMaskedRegionIsGenerated() throws Exception {
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a"));
    assertThat(done.images().locations()).hasSize(1);
    assertThat(done.images().width()).isEqualTo(TestImages.SIDE);
    assertThat(done.notes()).isEmpty();
    assertThat(done.digests().init()).hasSize(64).isNotEqualTo(done.digests().mask());
    assertThat(done.timings())
        .containsOnlyKeys(
            RowStage.FETCH,
            RowStage.DECODE,
            RowStage.FRAME,
            RowStage.QUEUE,
            RowStage.PAINT,
            RowStage.ENCODE,
            RowStage.WRITE);
    RgbImage image = written(done, 0);
    byte colour = FakeInpainter.colour("a", 7);
    assertThat(TestImages.left(image)).isEqualTo(TestImages.GREY);
    assertThat(TestImages.right(image)).isEqualTo(colour);
  }

  @Test
  void probeEndsAfterFraming() throws Exception {
    open(4, PLENTY);
    RowPipeline.Probed end = pipeline().probe(TestImages.row("a", TestImages.HALF, 3));
    Outcome.Succeeded probed = (Outcome.Succeeded) end.outcome();
    assertThat(probed.images().locations()).isEmpty();
    assertThat(probed.images().width()).isEqualTo(TestImages.SIDE);
    assertThat(probed.timings())
        .containsOnlyKeys(RowStage.FETCH, RowStage.DECODE, RowStage.FRAME, RowStage.QUEUE);
    assertThat(written).isEmpty();
    assertThat(end.demand())
        .hasValueSatisfying(
            demand -> {
              assertThat(demand.parameters().width()).isEqualTo(TestImages.SIDE);
              assertThat(demand.images()).as("one per sample").isEqualTo(3);
              assertThat(demand.calls()).isEqualTo(inpainter.calls(demand.parameters()));
            });
    files.clear();
    RowPipeline.Probed failed = pipeline().probe(TestImages.row("a"));
    assertThat(((Outcome.Failed) failed.outcome()).code()).isEqualTo(ErrorCode.FETCH_NOT_FOUND);
    assertThat(failed.demand()).isEmpty();
  }

  @Test
  void aSchedulerThatTheModelRefusesFailsTheRowAndTheProbe() throws Exception {
    open(4, PLENTY);
    for (Outcome end :
        List.of(
            pipeline().run(TestImages.refusedRow(), Optional.empty()),
            pipeline().probe(TestImages.refusedRow()).outcome())) {
      assertThat(((Outcome.Failed) end).code()).isEqualTo(ErrorCode.ROW_INVALID);
      assertThat(((Outcome.Failed) end).message()).isEqualTo("scheduler: refused found");
    }
    assertThat(inpainter.batches()).isEmpty();
  }

  @Test
  void eachSampleHasItsOwnSeed() throws Exception {
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a", TestImages.HALF, 3));
    assertThat(done.images().locations()).doesNotHaveDuplicates().hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(TestImages.right(written(done, i))).isEqualTo(FakeInpainter.colour("a", 7 + i));
    }
  }

  /** A plain grey image and a plain hole: the seam is the difference of their levels. */
  @Test
  void anImageBelowItsThresholdIsGeneratedAgainAndTheBestIsKept() throws Exception {
    quality = withRetries(3);
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a", TestImages.HALF, 2));
    for (int i = 0; i < 2; i++) {
      List<Long> seeds = List.of(7L + i, 9L + i, 11L + i, 13L + i);
      long best = seeds.stream().min(Comparator.comparingInt(RowPipelineTest::step)).orElseThrow();
      assertThat(TestImages.right(written(done, i))).isEqualTo(FakeInpainter.colour("a", best));
      MadeImage made = done.images().made().get(i);
      assertThat(made.seed()).isEqualTo(best);
      assertThat(made.tries()).isEqualTo(4);
      assertThat(made.quality().orElseThrow().pixels().fit().seam()).isEqualTo(step(best) + 1.0);
      assertThat(made.quality().orElseThrow().pixels().changes().kept()).isZero();
    }
    assertThat(inpainter.batches().stream().mapToInt(List::size).sum()).isEqualTo(2 * 4);
    assertThat(done.notes()).containsExactly(Note.QUALITY_LOW);
  }

  @Test
  void anImageThatKeepsItsThresholdsIsNotGeneratedAgain() throws Exception {
    quality =
        new QualitySettings(true, new QualityThresholds(300.0, null, null, null, null), 3, null);
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a"));
    assertThat(done.images().made().get(0).tries()).isEqualTo(1);
    assertThat(done.notes()).isEmpty();
    quality = withRetries(3);
    succeeded(TestImages.row("b", TestImages.BLANK, 1)); // nothing to measure, nothing to retry
    assertThat(inpainter.batches()).containsExactly(List.of("a"));
  }

  @Test
  void aRetryThatFailsLeavesTheImage() throws Exception {
    quality = withRetries(2);
    inpainter =
        new FakeInpainter(
            (inputs, cancellation) -> {
              if (inputs.get(0).seed() > 7) {
                throw new GraphException(GraphException.Kind.FAILED, "injected", null);
              }
            });
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a"));
    assertThat(done.images().made()).extracting(MadeImage::seed).containsExactly(7L);
    assertThat(TestImages.right(written(done, 0))).isEqualTo(FakeInpainter.colour("a", 7));
    assertThat(done.notes()).containsExactly(Note.QUALITY_LOW);
  }

  @Test
  void aTaskThatIsCancelledInARetryWritesNothing() {
    quality = withRetries(2);
    inpainter =
        new FakeInpainter(
            (inputs, cancellation) -> {
              if (inputs.get(0).seed() > 7) {
                task.cancel();
                throw new GraphException(GraphException.Kind.FAILED, "injected", null);
              }
            });
    open(4, PLENTY);
    assertThatThrownBy(() -> pipeline().run(TestImages.row("a"), Optional.empty()))
        .isInstanceOf(CancellationException.class);
    assertThat(written).isEmpty();
  }

  /** A scorer that likes bright images on the right. */
  private static Scorer brightness(Runnable before) {
    return new Scorer() {
      @Override
      public Double score(RgbImage image, String prompt, Cancellation cancellation) {
        assertThat(prompt).isEqualTo("a");
        before.run();
        return (double) (TestImages.right(image) & 0xFF);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void theTryWithTheBestScoreIsKept() throws Exception {
    scorer = Optional.of(brightness(() -> {}));
    QualityThresholds bright = new QualityThresholds(null, null, null, null, 300.0);
    quality = new QualitySettings(true, bright, 4, null);
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a"));
    int best =
        IntStream.range(7, 12)
            .map(seed -> FakeInpainter.colour("a", seed) & 0xFF)
            .max()
            .orElseThrow();
    assertThat(TestImages.right(written(done, 0)) & 0xFF).isEqualTo(best);
    assertThat(done.images().made().get(0).quality().orElseThrow().score()).isEqualTo(best);
  }

  /** Its images would be taken for good ones. */
  @Test
  void aScorerThatFailsFailsTheRowUnlessAnImageIsThere() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger lastCall = new AtomicInteger(0);
    scorer =
        Optional.of(
            brightness(
                () -> {
                  if (calls.incrementAndGet() > lastCall.get()) {
                    throw new GraphException(GraphException.Kind.FAILED, "injected", null);
                  }
                }));
    QualityThresholds bright = new QualityThresholds(null, null, null, null, 300.0);
    quality = new QualitySettings(true, bright, 1, null);
    open(4, PLENTY);
    assertFailed(TestImages.row("a"), ErrorCode.MODEL_FAILED, RowStage.ENCODE);
    calls.set(0);
    lastCall.set(1);
    assertThat(succeeded(TestImages.row("a")).images().made())
        .extracting(MadeImage::seed)
        .containsExactly(7L);
  }

  private static QualitySettings withRetries(int retries) {
    QualityThresholds none = new QualityThresholds(1.0, null, null, null, null);
    return new QualitySettings(true, none, retries, null);
  }

  /** The step at the edge of what the model fills with one colour. */
  private static int step(long seed) {
    return Math.abs((FakeInpainter.colour("a", seed) & 0xFF) - TestImages.GREY);
  }

  @Test
  void rowHasOnePreview() throws Exception {
    open(4, PLENTY);
    succeeded(TestImages.row("a", TestImages.HALF, 3));
    assertThat(previews).containsOnlyKeys("a.jpg");
    RgbImage preview = ImageCodec.decode(previews.get("a.jpg"), DecodeLimits.defaults());
    assertThat(preview.width()).isEqualTo(3 * TestImages.SIDE);
  }

  @Test
  void imagesDoNotDependOnTheBatch() throws Exception {
    open(8, PLENTY);
    run(IntStream.range(0, 8).mapToObj(i -> TestImages.row("p" + i)).toList(), 8);
    Map<String, byte[]> together = Map.copyOf(written);
    written.clear();
    for (int i = 7; i >= 0; i--) {
      succeeded(TestImages.row("p" + i));
    }
    assertThat(written).containsExactlyInAnyOrderEntriesOf(together);
  }

  @Test
  void outputsKeepTheMetadataOfTheirInitImageAndAreMarkedIfGenerated() throws Exception {
    open(4, PLENTY);
    byte[] packet =
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
                + " rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='Berlin'/>"
                + "</rdf:RDF>")
            .getBytes(UTF_8);
    byte[] init = files.get(TestImages.INIT);
    files.put(TestImages.INIT, ImageMetadata.NONE.withXmp(packet).writeInto(init));
    succeeded(TestImages.row("a"));
    assertThat(xmp())
        .contains("dc:source='Berlin'")
        .contains(SourceType.COMPOSITE_WITH_TRAINED_MODEL.uri());
    written.clear();
    succeeded(TestImages.row("a", TestImages.BLANK, 1));
    assertThat(xmp()).isEqualTo(new String(packet, UTF_8));
  }

  /** The XMP packet of the only written image. */
  private String xmp() {
    byte[] file = written.values().iterator().next();
    return new String(ImageMetadata.read(file).xmp().orElseThrow(), UTF_8);
  }

  @Test
  void aSignedManifestOfTheInitImageIsNotCopiedAndNoted() throws Exception {
    open(4, PLENTY);
    byte[] init = files.get(TestImages.INIT);
    byte[] store = "any store".getBytes(UTF_8);
    files.put(TestImages.INIT, PlacedManifest.of(init, store).file());
    for (String mask : List.of(TestImages.HALF, TestImages.BLANK)) {
      written.clear();
      Outcome.Succeeded done = succeeded(TestImages.row("a", mask, 1));
      assertThat(done.notes()).contains(Note.PROVENANCE_DROPPED);
      byte[] file = written.values().iterator().next();
      assertThat(ImageMetadata.read(file).manifest()).isEmpty();
    }
  }

  @Test
  void blankMaskSkipsTheModel() throws Exception {
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.row("a", TestImages.BLANK, 2));
    assertThat(done.notes()).containsExactly(Note.MASK_EMPTY);
    assertThat(done.share()).isEqualTo(ModelShare.NONE);
    assertThat(TestImages.right(written(done, 1))).isEqualTo(TestImages.GREY);
    assertThat(inpainter.batches()).isEmpty();
  }

  @Test
  void fullMaskIsNoted() throws Exception {
    open(4, PLENTY);
    assertThat(succeeded(TestImages.row("a", TestImages.FULL, 1)).notes())
        .containsExactly(Note.MASK_FULL);
  }

  @Test
  void anUnclearMaskFailsBeforeAnythingIsGenerated() throws Exception {
    open(4, PLENTY);
    Outcome.Failed failed =
        assertFailed(
            TestImages.row("a", TestImages.INIT, 1), ErrorCode.MASK_UNCLEAR, RowStage.DECODE);
    assertThat(failed.message())
        .isEqualTo(
            "mask_image: found nothing above half, but not plain black: level 100;"
                + " expected white on black: save the mask so");
    assertThat(inpainter.batches()).isEmpty();
    Outcome probed = pipeline().probe(TestImages.row("a", TestImages.INIT, 1)).outcome();
    assertThat(((Outcome.Failed) probed).code()).isEqualTo(ErrorCode.MASK_UNCLEAR);
  }

  @Test
  void anUnclearMaskIsNotedIfItIsAccepted() throws Exception {
    open(4, PLENTY);
    MaskOptions options = MaskOptions.defaults().withStrict(false);
    settings =
        new ImageSettings(
            settings.limits().withMasks(options),
            settings.referenceBackground(),
            settings.framing(),
            settings.output(),
            settings.fill(),
            4,
            settings.marking(),
            settings.masks());
    ManifestRow row = TestImages.row("a", TestImages.INIT, 1);
    assertThat(succeeded(row).notes()).containsExactly(Note.MASK_EMPTY, Note.MASK_UNCLEAR);
    RowPipeline.Probed probed = pipeline().probe(row);
    assertThat(((Outcome.Succeeded) probed.outcome()).notes())
        .containsExactly(Note.MASK_EMPTY, Note.MASK_UNCLEAR);
    assertThat(probed.demand()).as("an empty mask needs no model").isEmpty();
  }

  /** The init image is stored wide and shown tall; its mask is wide, and white on the left. */
  @Test
  void aMaskOnTheStoredPixelsIsTurnedAsTheInitImage() throws Exception {
    open(4, PLENTY);
    files.put(TestImages.INIT, TestImages.turned(128, 64));
    files.put(TestImages.HALF, TestImages.png(128, 64, x -> x < 64 ? 255 : 0));
    Outcome.Succeeded done = succeeded(TestImages.row("a"));
    assertThat(done.notes()).containsExactly(Note.MASK_TURNED);
    RgbImage image = written(done, 0);
    assertThat(image.height()).isEqualTo(2 * image.width());
    int upper = 3 * (image.height() / 4 * image.width());
    int lower = 3 * (image.height() * 3 / 4 * image.width());
    assertThat(image.pixels()[upper]).isEqualTo(FakeInpainter.colour("a", 7));
    assertThat(image.pixels()[lower]).isEqualTo(TestImages.GREY);
  }

  @Test
  void referenceImageReachesTheModel() throws Exception {
    List<InpaintInput> inputs = new ArrayList<>();
    inpainter = new FakeInpainter((batch, cancellation) -> inputs.addAll(batch), Guide.REFERENCE);
    open(4, PLENTY);
    ManifestRow row = TestImages.withReference(TestImages.row("a"), TestImages.FULL);
    Outcome.Succeeded done = succeeded(row);
    RgbImage expected = ImageCodec.decode(files.get(TestImages.FULL), DecodeLimits.defaults());
    assertThat(inputs).hasSize(1);
    assertThat(inputs.get(0).reference().pixels()).isEqualTo(expected.pixels());
    assertThat(done.digests().reference()).isEqualTo(Sha256.hex(files.get(TestImages.FULL)));
    assertThat(done.notes()).isEmpty();

    files.put("no-image", "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertFailed(TestImages.withReference(row, "none"), ErrorCode.FETCH_NOT_FOUND, RowStage.FETCH);
    Outcome.Failed failed =
        assertFailed(
            TestImages.withReference(row, "no-image"),
            ErrorCode.IMAGE_UNSUPPORTED,
            RowStage.DECODE);
    assertThat(failed.message()).startsWith("reference_image: ");
    byte[] whole = files.get(TestImages.FULL);
    files.put("cut", Arrays.copyOf(whole, whole.length - 30));
    Outcome.Failed cut =
        assertFailed(
            TestImages.withReference(row, "cut"), ErrorCode.IMAGE_CORRUPT, RowStage.DECODE);
    assertThat(cut.message()).startsWith("reference_image: ");
  }

  /** The model gets the reference at the size of the row's canvas, and says where it stands. */
  @Test
  void referenceImageInContextIsFittedOnItsBackground() throws Exception {
    List<InpaintInput> inputs = new ArrayList<>();
    inpainter = new FakeInpainter((batch, cancellation) -> inputs.addAll(batch));
    settings = withReferenceBackground(settings, 0xF6F6F6);
    open(4, PLENTY);
    files.put("shirt", TestImages.png(20, 80, x -> 0xF6));
    Outcome.Succeeded done = succeeded(TestImages.inContext(TestImages.row("a"), "shirt"));
    InpaintInput input = inputs.get(0);
    assertThat(input.prompt()).isEqualTo("a shirt; a");
    assertThat(input.reference().width()).isEqualTo(TestImages.SIDE);
    assertThat(input.reference().height()).isEqualTo(TestImages.SIDE);
    assertThat(input.reference().pixels()).as("no edge around it").containsOnly((byte) 0xF6);
    assertThat(done.digests().reference()).isEqualTo(Sha256.hex(files.get("shirt")));
    assertThat(done.notes()).isEmpty();
  }

  private static ImageSettings withReferenceBackground(ImageSettings settings, int colour) {
    return new ImageSettings(
        settings.limits(),
        colour,
        settings.framing(),
        settings.output(),
        settings.fill(),
        settings.extendOverlap(),
        settings.marking(),
        settings.masks());
  }

  @Test
  void unusedExclusionIsNotedAndNotFetched() throws Exception {
    open(4, PLENTY);
    Outcome.Succeeded done = succeeded(TestImages.excluding(TestImages.row("a"), "none"));
    assertThat(done.notes()).containsExactly(Note.EXCLUDE_UNUSED);
    assertThat(done.digests().exclude()).isNull();
  }

  @Test
  void exclusionReachesModelsThatCopyPixels() throws Exception {
    List<InpaintInput> inputs = new ArrayList<>();
    inpainter = new FakeInpainter((batch, cancellation) -> inputs.addAll(batch), Guide.PATCHES);
    open(4, PLENTY);
    ManifestRow row = TestImages.excluding(TestImages.row("a"), TestImages.HALF);
    Outcome.Succeeded done = succeeded(row);
    assertThat(inputs.get(0).sources().excluded().orElseThrow().coverage()).isEqualTo(0.5);
    assertThat(done.digests().exclude()).isEqualTo(Sha256.hex(files.get(TestImages.HALF)));
    assertThat(done.notes()).isEmpty();

    assertFailed(TestImages.excluding(row, "none"), ErrorCode.FETCH_NOT_FOUND, RowStage.FETCH);
    files.put("no-image", "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Outcome.Failed failed =
        assertFailed(
            TestImages.excluding(row, "no-image"), ErrorCode.IMAGE_UNSUPPORTED, RowStage.DECODE);
    assertThat(failed.message()).startsWith("exclude_image: ");
    files.put("wide", wide());
    assertFailed(TestImages.excluding(row, "wide"), ErrorCode.MASK_UNCLEAR, RowStage.DECODE);
  }

  @Test
  void failureOfARowBecomesItsOutcome() throws Exception {
    files.put("no-image", "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    inpainter =
        new FakeInpainter(
            (inputs, cancellation) -> {
              throw new GraphException(GraphException.Kind.FAILED, "bad weights", null);
            });
    open(4, PLENTY);
    assertFailed(TestImages.row("a", "missing", 1), ErrorCode.FETCH_NOT_FOUND, RowStage.FETCH);
    assertFailed(TestImages.row("a", "no-image", 1), ErrorCode.IMAGE_UNSUPPORTED, RowStage.DECODE);
    assertFailed(TestImages.row("a"), ErrorCode.MODEL_FAILED, RowStage.PAINT);
    assertThat(written).isEmpty();
  }

  @Test
  void unexpectedFailureIsAnInternalError() throws Exception {
    source =
        TestImages.source(
            location -> {
              throw new IllegalStateException("bug");
            });
    open(4, PLENTY);
    Outcome.Failed failed = assertFailed(TestImages.row("a"), ErrorCode.INTERNAL, RowStage.FETCH);
    assertThat(failed.message()).contains("bug");
  }

  @Test
  void writeFailureFailsTheTask() {
    sink =
        (key, bytes) -> {
          throw new UncheckedIOException(new IOException("no space left on device"));
        };
    open(4, PLENTY);
    assertThatThrownBy(() -> pipeline().run(TestImages.row("a"), Optional.empty()))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void cancelledTaskStartsNoRow() {
    open(4, PLENTY);
    task.cancel();
    assertThatThrownBy(() -> pipeline().run(TestImages.row("a"), Optional.empty()))
        .isInstanceOf(CancellationException.class);
    assertThat(written).isEmpty();
  }

  /** Batches wait up to an hour, so this hangs if one waits for rows without memory. */
  @Test
  void memoryLimitsTheRowsInFlight() throws Exception {
    open(8, 2 * memoryOfOneRow());
    run(IntStream.range(0, 30).mapToObj(i -> TestImages.row("p" + i)).toList(), 24);
    assertThat(written).hasSize(30);
    assertThat(inpainter.batches()).allSatisfy(batch -> assertThat(batch).hasSizeLessThan(5));
  }

  @Test
  void rowLargerThanTheMemoryLimitRunsAlone() throws Exception {
    open(8, 1000);
    run(IntStream.range(0, 5).mapToObj(i -> TestImages.row("p" + i)).toList(), 5);
    assertThat(inpainter.batches()).hasSize(5);
  }

  /** Otherwise three rows of a host that throttles would hold up all others. */
  @Test
  void aRowThatWaitsForItsHostTakesNoFetchSlot() throws Exception {
    CountDownLatch recovered = new CountDownLatch(1);
    ImageSource inner = source;
    source =
        TestImages.restingSource(
            (location, rest) -> {
              if (location.startsWith("slow")) {
                rest.during(recovered::await);
                return inner.fetch(location.substring(4));
              }
              return inner.fetch(location);
            });
    List<ManifestRow> rows = new ArrayList<>();
    for (int i = 0; i < 2 * FETCHES; i++) {
      rows.add(TestImages.row("s" + i, "slow" + TestImages.FULL, 1));
    }
    rows.add(TestImages.row("quick"));
    open(1, 1 << 28);
    try (RowWindow<ManifestRow, Outcome> window = window(rows, rows.size())) {
      assertThat(window.next()).extracting("row.names.id").isEqualTo("quick");
      recovered.countDown();
      window.forEachRemaining(outcome -> assertThat(outcome).isInstanceOf(Outcome.Succeeded.class));
    }
    assertThat(model.limits().areFree()).isTrue();
  }

  /** A window of one batch would give the lane one image per latency. */
  @Test
  void moreRowsAreInFlightIfTheirHostsAreSlow() throws Exception {
    AtomicInteger fetching = new AtomicInteger();
    AtomicInteger maximum = new AtomicInteger();
    ImageSource inner = source;
    source =
        TestImages.restingSource(
            (location, rest) -> {
              maximum.accumulateAndGet(fetching.incrementAndGet(), Math::max);
              rest.during(() -> Thread.sleep(100));
              fetching.decrementAndGet();
              return inner.fetch(location);
            });
    open(1, 1 << 28);
    List<ManifestRow> rows = IntStream.range(0, 60).mapToObj(i -> TestImages.row("p" + i)).toList();
    try (RowWindow<ManifestRow, Outcome> window = window(rows, new FlightControl(3, 20))) {
      window.forEachRemaining(outcome -> assertThat(outcome).isNotNull());
    }
    assertThat(written).hasSize(60);
    assertThat(maximum.get()).as("more than two batches").isBetween(7, 20);
  }

  @Test
  void fetchSlotsLimitConcurrentFetches() throws Exception {
    AtomicInteger fetching = new AtomicInteger();
    AtomicInteger maximum = new AtomicInteger();
    ImageSource inner = source;
    source =
        TestImages.source(
            location -> {
              maximum.accumulateAndGet(fetching.incrementAndGet(), Math::max);
              try {
                return inner.fetch(location);
              } finally {
                fetching.decrementAndGet();
              }
            });
    open(8, PLENTY);
    run(IntStream.range(0, 40).mapToObj(i -> TestImages.row("p" + i)).toList(), 24);
    assertThat(maximum.get()).isLessThanOrEqualTo(FETCHES);
  }

  @Test
  void interruptWhileFetchingReleasesResources() throws Exception {
    CountDownLatch fetching = new CountDownLatch(1);
    source =
        TestImages.source(
            location -> {
              fetching.countDown();
              new CountDownLatch(1).await();
              return null;
            });
    open(4, PLENTY);
    RowWindow<ManifestRow, Outcome> window = window(List.of(TestImages.row("a")), 1);
    Thread consumer = new Thread(() -> assertThatThrownBy(window::hasNext));
    consumer.start();
    fetching.await();
    window.close();
    assertThat(model.limits().areFree()).isTrue();
    consumer.join();
  }

  @Test
  void interruptedRowsLeaveTheLaneAndWriteNothing() throws Exception {
    Semaphore gate = new Semaphore(0);
    Semaphore started = new Semaphore(0);
    inpainter = new FakeInpainter(FakeInpainter.gated(gate, started));
    open(2, PLENTY);
    List<ManifestRow> rows = IntStream.range(0, 6).mapToObj(i -> TestImages.row("p" + i)).toList();
    RowWindow<ManifestRow, Outcome> window = window(rows, 6);
    Thread consumer = new Thread(() -> assertThatThrownBy(window::hasNext));
    consumer.start();
    started.acquire();
    task.cancel();
    window.close();
    consumer.join();
    assertThat(model.limits().areFree()).isTrue();
    gate.release();
    assertThat(model.lane().submit(TestImages.parameters(), TestImages.input("next")).get())
        .isNotNull();
    assertThat(written).isEmpty();
    assertThat(inpainter.batches()).endsWith(List.of("next"));
  }

  @Test
  void failuresAtRandomPointsLeakNothing() throws Exception {
    Random random = new Random(42);
    ImageSource goodSource = source;
    source = TestImages.source(location -> isFaulty(random) ? fault() : goodSource.fetch(location));
    ImageSink goodSink = sink;
    sink =
        (key, bytes) -> {
          if (isFaulty(random)) {
            throw new UncheckedIOException(new IOException("injected"));
          }
          return goodSink.write(key, bytes);
        };
    inpainter =
        new FakeInpainter(
            (inputs, cancellation) -> {
              if (isFaulty(random)) {
                throw new GraphException(
                    random.nextBoolean()
                        ? GraphException.Kind.OUT_OF_MEMORY
                        : GraphException.Kind.FAILED,
                    "injected",
                    null);
              }
            });
    open(4, 20 * memoryOfOneRow());
    for (int round = 0; round < 40; round++) {
      int first = 10 * round;
      List<ManifestRow> rows =
          IntStream.range(first, first + 10).mapToObj(i -> TestImages.row("p" + i)).toList();
      try (RowWindow<ManifestRow, Outcome> window = window(rows, 6)) {
        window.forEachRemaining(outcome -> assertThat(outcome).isNotNull());
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("injected"); // a failure of the sink fails the task
      }
      assertThat(model.limits().areFree()).isTrue();
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("spackle-row")) {
        thread.join(1000);
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }

  private static boolean isFaulty(Random random) {
    synchronized (random) {
      return random.nextInt(20) == 0;
    }
  }

  private static byte[] fault() {
    throw new RowException(ErrorCode.FETCH_UNREACHABLE, "injected");
  }

  private static final int FETCHES = 3;

  private FlightControl flight = FlightControl.single();

  /** A mask of other proportions than the init image. */
  private static byte[] wide() {
    byte[] pixels = new byte[3 * 90 * 10];
    Arrays.fill(pixels, 0, pixels.length / 2, (byte) 255);
    return ImageCodec.encode(new RgbImage(90, 10, pixels), ImageFormat.PNG);
  }

  private void open(int maxImages, long bytes) {
    model =
        new OpenModel(
            inpainter,
            new ModelSettings.InFolder(
                new ModelSettings.Folder("model", "digest", ModelSettings.FolderKind.MODEL), null),
            new Lane<>(
                new InpaintLane(inpainter),
                TestImages.laneSettings(maxImages, LONG),
                TestImages.guard(),
                new ExecutorMetrics()),
            new InFlightLimits(FETCHES, 2, bytes));
  }

  /** The memory that {@link RowPipeline} holds for a row of one sample while it decodes. */
  private static long memoryOfOneRow() {
    return 8L * 4 * TestImages.SIDE * TestImages.SIDE;
  }

  private RowPipeline pipeline() {
    return new RowPipeline(
        model,
        new RowInputs(source, new RowMasks(settings.masks(), settings.limits(), none -> null)),
        new RowOutputs(
            ImageWriter.toFiles(sink, new ImageKeys(1)),
            new PreviewWriter(TestImages.sink(previews), 1),
            Optional.empty(),
            new QualityCheck(quality, scorer)),
        settings,
        new RowPipeline.Task(task, flight));
  }

  private RowWindow<ManifestRow, Outcome> window(List<ManifestRow> rows, int size) {
    return window(rows, new FlightControl(size, size));
  }

  private RowWindow<ManifestRow, Outcome> window(List<ManifestRow> rows, FlightControl control) {
    flight = control;
    RowPipeline pipeline = pipeline();
    return new RowWindow<>(
        rows.iterator(), row -> pipeline.run(row, Optional.empty()), flight, () -> false);
  }

  private List<Outcome> run(List<ManifestRow> rows, int size) {
    List<Outcome> outcomes = new ArrayList<>();
    try (RowWindow<ManifestRow, Outcome> window = window(rows, size)) {
      window.forEachRemaining(outcomes::add);
    }
    return outcomes;
  }

  private Outcome.Succeeded succeeded(ManifestRow row) throws InterruptedException {
    return (Outcome.Succeeded) pipeline().run(row, Optional.empty());
  }

  private Outcome.Failed assertFailed(ManifestRow row, ErrorCode code, RowStage stage)
      throws InterruptedException {
    Outcome.Failed failed = (Outcome.Failed) pipeline().run(row, Optional.empty());
    assertThat(failed.code()).isEqualTo(code);
    assertThat(failed.stage()).isEqualTo(stage);
    return failed;
  }

  private RgbImage written(Outcome.Succeeded done, int sample) {
    return ImageCodec.decode(
        written.get(done.images().locations().get(sample)), DecodeLimits.defaults());
  }
}
