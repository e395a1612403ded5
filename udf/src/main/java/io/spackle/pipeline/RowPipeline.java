package io.spackle.pipeline;

import io.spackle.codec.ImageCodec;
import io.spackle.codec.MaskReading;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.ModelTraits;
import io.spackle.family.Note;
import io.spackle.graph.Cancellation;
import io.spackle.image.Frame;
import io.spackle.image.RgbImage;
import io.spackle.lane.InFlightLimits.MemoryPermit;
import io.spackle.lane.Lane;
import io.spackle.model.OpenModel;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import io.spackle.sink.ImageWriter;
import io.spackle.source.ImageSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The data flow of a row on the calling thread: fetch, decode, frame, wait for the lane, paste
 * back, encode, write. Thread-safe: all rows of a task share one instance.
 *
 * <p>A failure of the row becomes its outcome, and so does an unexpected one while an image is
 * read, framed or encoded ({@link ErrorCode#INTERNAL}, logged with its stack trace). Other failures
 * are thrown and fail the task: a broken lane, an output that cannot be written, any {@link Error}.
 */
public final class RowPipeline {

  /** Bytes per pixel while an image is decoded, including the decoder's buffers. */
  private static final long BYTES_DECODING = 8;

  /** Bytes per pixel of a decoded image and its mask. */
  private static final long BYTES_DECODED = 4;

  private final OpenModel model;
  private final ImageSource source;
  private final ImageWriter writer;
  private final PreviewWriter previews;
  private final ImageSettings settings;
  private final Cancellation task;

  /**
   * @param task no row enters another stage once it is cancelled
   */
  public RowPipeline(
      OpenModel model,
      ImageSource source,
      ImageWriter writer,
      PreviewWriter previews,
      ImageSettings settings,
      Cancellation task) {
    this.model = model;
    this.source = source;
    this.writer = writer;
    this.previews = previews;
    this.settings = settings;
    this.task = task;
  }

  /** The fetched files, and the memory reserved for everything that is made of them. */
  private record Fetched(InputFiles files, MemoryPermit memory) implements AutoCloseable {
    @Override
    public void close() {
      memory.close();
    }
  }

  /**
   * What the model gets.
   *
   * @param reference null if the model uses none
   * @param maskNotes how the mask was read
   */
  private record Decoded(Frame frame, RgbImage reference, Set<Note> maskNotes) {

    /** The memory held until writing ends; the images of a row are pasted back one by one. */
    long bytesUntilWritten(int samples) {
      long canvas = (long) frame.image().width() * frame.image().height();
      long output = (long) frame.outputWidth() * frame.outputHeight();
      long garment = reference == null ? 0 : (long) reference.width() * reference.height();
      return BYTES_DECODED * ((1 + samples) * canvas + 2 * output + garment);
    }
  }

  /** The output of the model; each image is pasted back when it is requested. */
  private record Generated(
      List<Supplier<RgbImage>> images,
      Set<Note> notes,
      List<Boolean> flagged,
      Duration generation) {}

  /** An encoded image; the row's first one may have a preview. */
  private record Encoded(byte[] file, Optional<byte[]> preview) {}

  /**
   * Runs one row from its locations to its written images.
   *
   * @param marker of a row that must be alone in the model, else empty
   * @throws InterruptedException if the thread is interrupted; no resource is held then
   */
  public Outcome run(ManifestRow row, Optional<Supplier<Marker>> marker)
      throws InterruptedException {
    StageTimer timer = new StageTimer(RowStage.FETCH);
    try (Lane.Arrival arrival = model.lane().arrival();
        Fetched fetched = fetch(row, arrival, timer)) {
      Decoded decoded = decodeAndFrame(row, fetched.files(), timer);
      Frame frame = decoded.frame();
      fetched.memory().shrinkTo(decoded.bytesUntilWritten(row.parameters().samples()));
      Generated generated =
          frame.isBlank()
              ? unchanged(row, decoded)
              : generate(row, decoded, marker, arrival, timer);
      arrival.retract();
      List<Encoded> encoded = encode(row, frame, generated.images(), timer);
      List<String> locations = write(row, encoded, timer);
      return new Outcome.Succeeded(
          row,
          images(frame, locations, generated.flagged()),
          fetched.files().digests(),
          generated.notes(),
          generated.generation(),
          timer.timings());
    } catch (RuntimeException e) {
      return RowFailures.outcome(row, e, timer);
    }
  }

  /**
   * Fetches, decodes and frames one row; nothing is generated or written.
   *
   * @throws InterruptedException if the thread is interrupted; no resource is held then
   */
  public Outcome probe(ManifestRow row) throws InterruptedException {
    StageTimer timer = new StageTimer(RowStage.FETCH);
    try (Lane.Arrival arrival = model.lane().arrival();
        Fetched fetched = fetch(row, arrival, timer)) {
      arrival.retract(); // nothing is submitted, so no batch should wait for this row
      Decoded decoded = decodeAndFrame(row, fetched.files(), timer);
      return new Outcome.Succeeded(
          row,
          images(decoded.frame(), List.of(), List.of()),
          fetched.files().digests(),
          notes(row, decoded),
          Duration.ZERO,
          timer.timings());
    } catch (RuntimeException e) {
      return RowFailures.outcome(row, e, timer);
    }
  }

  private Fetched fetch(ManifestRow row, Lane.Arrival arrival, StageTimer timer)
      throws InterruptedException {
    return model
        .limits()
        .fetching(
            () -> {
              arrival.announce();
              InputFiles files = InputFiles.fetch(row, traits(), source);
              enter(RowStage.DECODE, timer);
              long pixels = files.pixels(settings.limits());
              enter(RowStage.QUEUE, timer);
              return new Fetched(files, memory(row, pixels, arrival));
            });
  }

  /**
   * Waits for the memory that the row needs at most; meanwhile no batch should wait for the row.
   */
  private MemoryPermit memory(ManifestRow row, long inputPixels, Lane.Arrival arrival)
      throws InterruptedException {
    var parameters = row.parameters();
    long canvases = (1L + parameters.samples()) * parameters.width() * parameters.height();
    long bytes = BYTES_DECODING * (inputPixels + canvases);
    Optional<MemoryPermit> free = model.limits().tryMemory(bytes);
    if (free.isPresent()) {
      return free.get();
    }
    arrival.retract();
    MemoryPermit memory = model.limits().memory(bytes);
    arrival.announce();
    return memory;
  }

  private Decoded decodeAndFrame(ManifestRow row, InputFiles files, StageTimer timer)
      throws InterruptedException {
    return model
        .limits()
        .onCore(
            () -> {
              enter(RowStage.DECODE, timer);
              RgbImage init = files.decodeInit(settings.limits());
              MaskReading mask = files.decodeMask(settings.limits(), init);
              RgbImage reference = files.decodeReference(settings.limits());
              enter(RowStage.FRAME, timer);
              Frame frame = row.frame(init, mask.mask(), traits(), settings.framing());
              return new Decoded(frame, reference, MaskNotes.of(mask));
            });
  }

  private ModelTraits traits() {
    return model.inpainter().traits();
  }

  private Generated unchanged(ManifestRow row, Decoded decoded) {
    List<Supplier<RgbImage>> copies =
        Collections.nCopies(row.parameters().samples(), decoded.frame()::untouched);
    return new Generated(copies, notes(row, decoded), List.of(), Duration.ZERO);
  }

  private Generated generate(
      ManifestRow row,
      Decoded decoded,
      Optional<Supplier<Marker>> marker,
      Lane.Arrival arrival,
      StageTimer timer)
      throws InterruptedException {
    enter(RowStage.PAINT, timer);
    List<CompletableFuture<Lane.Result>> samples = submit(row, decoded, marker);
    arrival.retract();
    try {
      List<Lane.Result> results = new ArrayList<>();
      for (CompletableFuture<Lane.Result> sample : samples) {
        results.add(sample.get());
      }
      timer.move(results.get(0).queued(), RowStage.PAINT, RowStage.QUEUE);
      return generated(row, decoded, results);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } finally {
      samples.forEach(sample -> sample.cancel(false)); // leaves the lane if it is still there
    }
  }

  private List<CompletableFuture<Lane.Result>> submit(
      ManifestRow row, Decoded decoded, Optional<Supplier<Marker>> marker) {
    InpaintParameters parameters =
        row.inpaintParameters(decoded.frame(), settings.framing().maskReduction());
    check(parameters);
    List<CompletableFuture<Lane.Result>> samples = new ArrayList<>();
    for (int i = 0; i < row.parameters().samples(); i++) {
      InpaintInput input = row.inpaintInput(decoded.frame(), decoded.reference(), i);
      samples.add(
          marker.isPresent()
              ? model.lane().submitAlone(parameters, input, marker.get())
              : model.lane().submit(parameters, input));
    }
    return samples;
  }

  private void check(InpaintParameters parameters) {
    try {
      model.inpainter().check(parameters);
    } catch (IllegalArgumentException e) {
      throw new RowException(ErrorCode.ROW_INVALID, "scheduler: " + e.getMessage(), e);
    }
  }

  private Generated generated(ManifestRow row, Decoded decoded, List<Lane.Result> results) {
    Frame frame = decoded.frame();
    Set<Note> notes = notes(row, decoded);
    Duration generation = Duration.ZERO;
    List<Supplier<RgbImage>> images = new ArrayList<>();
    List<Boolean> flagged = new ArrayList<>();
    for (Lane.Result result : results) {
      notes.addAll(result.image().notes());
      generation = generation.plus(result.share());
      images.add(() -> result.image().output(frame));
      if (row.safetyChecker()) {
        flagged.add(result.image().isFlagged());
      }
    }
    return new Generated(images, notes, flagged, generation);
  }

  private Set<Note> notes(ManifestRow row, Decoded decoded) {
    Set<Note> notes = EnumSet.copyOf(decoded.maskNotes());
    if (decoded.frame().isBlank()) {
      notes.add(Note.MASK_EMPTY);
      return notes; // nothing is generated
    }
    if (decoded.frame().maskCoverage() == 1) {
      notes.add(Note.MASK_FULL);
    }
    if (row.hasUnusedReference(traits())) {
      notes.add(Note.REFERENCE_UNUSED);
    }
    return notes;
  }

  /** Pastes back and encodes one image at a time, so that only one output image is in memory. */
  private List<Encoded> encode(
      ManifestRow row, Frame frame, List<Supplier<RgbImage>> images, StageTimer timer)
      throws InterruptedException {
    enter(RowStage.ENCODE, timer);
    List<Encoded> encoded = new ArrayList<>();
    for (Supplier<RgbImage> image : images) {
      boolean hasPreview = encoded.isEmpty();
      encoded.add(
          model
              .limits()
              .onCore(
                  () -> {
                    RgbImage output = image.get();
                    byte[] file = ImageCodec.encode(output, settings.format());
                    return new Encoded(
                        file, hasPreview ? previews.of(row.id(), frame, output) : Optional.empty());
                  }));
    }
    return encoded;
  }

  private List<String> write(ManifestRow row, List<Encoded> encoded, StageTimer timer) {
    enter(RowStage.WRITE, timer);
    List<byte[]> files = encoded.stream().map(Encoded::file).toList();
    List<String> locations = writer.write(row, files, settings.format().extension());
    encoded.get(0).preview().ifPresent(preview -> previews.write(row.id(), preview));
    return locations;
  }

  private static Outcome.Images images(Frame frame, List<String> locations, List<Boolean> flagged) {
    return new Outcome.Images(locations, frame.outputWidth(), frame.outputHeight(), flagged);
  }

  private void enter(RowStage stage, StageTimer timer) {
    task.check();
    timer.enter(stage);
  }

  private static RuntimeException unwrapped(ExecutionException failure) {
    if (failure.getCause() instanceof Error error) {
      throw error;
    }
    return failure.getCause() instanceof RuntimeException cause
        ? cause
        : new IllegalStateException(failure.getCause());
  }
}
