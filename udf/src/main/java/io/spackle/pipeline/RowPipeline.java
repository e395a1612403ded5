package io.spackle.pipeline;

import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.family.InpaintParameters;
import io.spackle.family.Note;
import io.spackle.graph.Cancellation;
import io.spackle.image.Frame;
import io.spackle.image.ImageException;
import io.spackle.image.Mask;
import io.spackle.image.RgbImage;
import io.spackle.lane.Arrival;
import io.spackle.lane.LaneBrokenException;
import io.spackle.lane.LaneResult;
import io.spackle.lane.Permit;
import io.spackle.model.OpenModel;
import io.spackle.quarantine.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowException;
import io.spackle.row.RowStage;
import io.spackle.row.Sha256;
import io.spackle.sink.ImageWriter;
import io.spackle.source.ImageSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a row, from its locations to its images, on the calling thread. Thread-safe: one
 * object for all rows of a task.
 *
 * <p>A fault that belongs to the row becomes its outcome, and so does an unforeseen one while an
 * image is read, framed or encoded ({@link ErrorCode#INTERNAL}, logged with its stack). What is not
 * the row's is thrown, and the task fails: a broken lane, an output that cannot be written to, any
 * {@link Error}.
 */
public final class RowPipeline {

  private static final Logger LOG = LoggerFactory.getLogger(RowPipeline.class);

  /** Bytes per pixel that decoding takes, the decoder's own buffers included. */
  private static final long DECODING = 8;

  /** Bytes per pixel of an image with its mask. */
  private static final long DECODED = 4;

  private final OpenModel model;
  private final ImageSource source;
  private final ImageWriter sink;
  private final PreviewWriter previews;
  private final ImageSettings images;
  private final Cancellation task;

  /**
   * @param task nothing is begun any more once it is cancelled
   */
  public RowPipeline(
      OpenModel model,
      ImageSource source,
      ImageWriter sink,
      PreviewWriter previews,
      ImageSettings images,
      Cancellation task) {
    this.model = model;
    this.source = source;
    this.sink = sink;
    this.previews = previews;
    this.images = images;
    this.task = task;
  }

  /** Files in memory, and a share of the memory that is held for what they become. */
  private record Files(byte[] init, byte[] mask, Permit memory) implements AutoCloseable {
    @Override
    public void close() {
      memory.close();
    }
  }

  /** The file of a sample, and of the row's first one perhaps a small image of it. */
  private record Encoded(byte[] file, Optional<byte[]> preview) {}

  /** How a row comes to the model. */
  private record Turn(Arrival arrival, Optional<Supplier<Marker>> alone) {}

  /** A row and what was made of its files. */
  private record Source(ManifestRow row, Files files, Frame frame) {}

  /** What becomes a file each, made when it is asked for, and what is known of all. */
  private record Result(
      List<Supplier<RgbImage>> images,
      Set<Note> notes,
      List<Boolean> flagged,
      Duration generation) {}

  /** What is done with the files of a row. */
  @FunctionalInterface
  private interface Use {
    Outcome of(Files files, Arrival arrival, StageTimer clock) throws InterruptedException;
  }

  /**
   * Works on one row.
   *
   * @param alone the mark of a row that must be alone in the model
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Outcome run(ManifestRow row, Optional<Supplier<Marker>> alone)
      throws InterruptedException {
    return outcome(
        row, (files, arrival, clock) -> work(row, files, new Turn(arrival, alone), clock));
  }

  /**
   * Fetches, decodes and frames one row and leaves it at that: nothing is painted or written.
   *
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Outcome look(ManifestRow row) throws InterruptedException {
    return outcome(row, (files, arrival, clock) -> seen(row, files, arrival, clock));
  }

  private Outcome outcome(ManifestRow row, Use use) throws InterruptedException {
    StageTimer clock = new StageTimer(RowStage.FETCH);
    try (Arrival arrival = model.lane().arrival();
        Files files = fetch(row, arrival, clock)) {
      return use.of(files, arrival, clock);
    } catch (RowException e) {
      return failed(row, e.code(), e.getMessage(), clock);
    } catch (ImageException e) {
      return failed(row, codeOf(e.reason()), e.getMessage(), clock);
    } catch (RuntimeException e) {
      return unforeseen(row, e, clock);
    }
  }

  private Files fetch(ManifestRow row, Arrival arrival, StageTimer clock)
      throws InterruptedException {
    return model
        .slots()
        .fetching(
            () -> {
              arrival.announce();
              byte[] init = source.fetch(row.initImage());
              byte[] mask = source.fetch(row.maskImage());
              enter(RowStage.DECODE, clock);
              long pixels = pixels(init, "init_image") + pixels(mask, "mask_image");
              enter(RowStage.QUEUE, clock);
              return new Files(init, mask, memory(row, pixels, arrival));
            });
  }

  private long pixels(byte[] file, String field) {
    return naming(field, () -> ImageCodec.pixels(file, images.limits()));
  }

  /** Waits for what the row takes at most; meanwhile no batch should wait for the row. */
  private Permit memory(ManifestRow row, long pixels, Arrival arrival) throws InterruptedException {
    long painting = (1L + row.samples()) * row.width() * row.height();
    long bytes = DECODING * (pixels + painting);
    Optional<Permit> free = model.slots().memoryAtOnce(bytes);
    if (free.isPresent()) {
      return free.get();
    }
    arrival.retract();
    Permit memory = model.slots().memory(bytes);
    arrival.announce();
    return memory;
  }

  private Outcome work(ManifestRow row, Files files, Turn turn, StageTimer clock)
      throws InterruptedException {
    Frame frame = model.slots().onCore(() -> frame(row, files, clock));
    files.memory().keep(model.slots().units(bytesFrom(frame, row.samples())));
    Result result = frame.isBlank() ? untouched(frame, row) : paint(frame, row, turn, clock);
    turn.arrival().retract();
    List<String> locations = write(row, frame, result.images(), clock);
    return succeeded(new Source(row, files, frame), locations, result, clock);
  }

  private Outcome seen(ManifestRow row, Files files, Arrival arrival, StageTimer clock)
      throws InterruptedException {
    arrival.retract(); // no batch waits for what is not painted
    Frame frame = model.slots().onCore(() -> frame(row, files, clock));
    Set<Note> notes = frame.isBlank() ? Set.of(Note.MASK_EMPTY) : notes(frame);
    Result nothing = new Result(List.of(), notes, List.of(), Duration.ZERO);
    return succeeded(new Source(row, files, frame), List.of(), nothing, clock);
  }

  private static Outcome succeeded(
      Source source, List<String> locations, Result result, StageTimer clock) {
    return new Outcome.Succeeded(
        source.row(),
        locations,
        source.frame().outputWidth(),
        source.frame().outputHeight(),
        result.notes(),
        result.flagged(),
        Sha256.hex(source.files().init()),
        Sha256.hex(source.files().mask()),
        result.generation(),
        clock.timings());
  }

  private Frame frame(ManifestRow row, Files files, StageTimer clock) {
    enter(RowStage.DECODE, clock);
    DecodeLimits limits = images.limits();
    RgbImage init = naming("init_image", () -> ImageCodec.decode(files.init(), limits));
    Mask mask = naming("mask_image", () -> ImageCodec.decodeMask(files.mask(), limits));
    enter(RowStage.FRAME, clock);
    return row.frame(init, mask, model.inpainter().traits(), images.framing());
  }

  /** What is held from framing to writing; the images of a row are finished one by one. */
  private static long bytesFrom(Frame frame, int samples) {
    long canvas = (long) frame.image().width() * frame.image().height();
    long output = (long) frame.outputWidth() * frame.outputHeight();
    return DECODED * ((1 + samples) * canvas + 2 * output);
  }

  private static Result untouched(Frame frame, ManifestRow row) {
    List<Supplier<RgbImage>> copies = Collections.nCopies(row.samples(), frame::untouched);
    return new Result(copies, Set.of(Note.MASK_EMPTY), List.of(), Duration.ZERO);
  }

  private Result paint(Frame frame, ManifestRow row, Turn turn, StageTimer clock)
      throws InterruptedException {
    enter(RowStage.PAINT, clock);
    List<CompletableFuture<LaneResult>> samples = submit(frame, row, turn.alone());
    turn.arrival().retract();
    try {
      List<LaneResult> painted = new ArrayList<>();
      for (CompletableFuture<LaneResult> sample : samples) {
        painted.add(sample.get());
      }
      clock.move(painted.get(0).queued(), RowStage.PAINT, RowStage.QUEUE);
      return result(frame, row, painted);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } finally {
      samples.forEach(sample -> sample.cancel(false)); // leaves the lane if it is still there
    }
  }

  private List<CompletableFuture<LaneResult>> submit(
      Frame frame, ManifestRow row, Optional<Supplier<Marker>> alone) {
    InpaintParameters plan = row.plan(frame, images.framing().maskReduction());
    check(plan);
    return IntStream.range(0, row.samples())
        .mapToObj(i -> row.subject(frame, i))
        .map(
            subject ->
                alone
                    .map(mark -> model.lane().submitAlone(plan, subject, mark))
                    .orElseGet(() -> model.lane().submit(plan, subject)))
        .toList();
  }

  private void check(InpaintParameters plan) {
    try {
      model.inpainter().check(plan);
    } catch (IllegalArgumentException e) {
      throw new RowException(ErrorCode.ROW_INVALID, "scheduler: " + e.getMessage(), e);
    }
  }

  private static Result result(Frame frame, ManifestRow row, List<LaneResult> painted) {
    Set<Note> notes = notes(frame);
    Duration generation = Duration.ZERO;
    List<Supplier<RgbImage>> finished = new ArrayList<>();
    for (LaneResult sample : painted) {
      notes.addAll(sample.painting().notes());
      generation = generation.plus(sample.share());
      finished.add(() -> sample.painting().output(frame));
    }
    List<Boolean> flagged =
        row.safetyChecker()
            ? painted.stream().map(sample -> sample.painting().isFlagged()).toList()
            : List.of();
    return new Result(finished, notes, flagged, generation);
  }

  private static Set<Note> notes(Frame frame) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    if (frame.maskCoverage() == 1) {
      notes.add(Note.MASK_FULL);
    }
    return notes;
  }

  private List<String> write(
      ManifestRow row, Frame frame, List<Supplier<RgbImage>> finished, StageTimer clock)
      throws InterruptedException {
    List<Encoded> encoded = new ArrayList<>();
    enter(RowStage.ENCODE, clock);
    for (Supplier<RgbImage> picture : finished) {
      int sample = encoded.size();
      encoded.add(model.slots().onCore(() -> encode(row, frame, sample, picture.get())));
    }
    enter(RowStage.WRITE, clock);
    List<byte[]> files = encoded.stream().map(Encoded::file).toList();
    List<String> locations = sink.write(row, files, images.format().extension());
    encoded.get(0).preview().ifPresent(preview -> previews.write(row.id(), preview));
    return locations;
  }

  private Encoded encode(ManifestRow row, Frame frame, int sample, RgbImage picture) {
    byte[] file = ImageCodec.encode(picture, images.format());
    Optional<byte[]> preview =
        sample == 0 ? previews.of(row.id(), frame, picture) : Optional.empty();
    return new Encoded(file, preview);
  }

  private void enter(RowStage stage, StageTimer clock) {
    task.check();
    clock.enter(stage);
  }

  private static RuntimeException unwrapped(ExecutionException failure) {
    if (failure.getCause() instanceof Error error) {
      throw error;
    }
    return failure.getCause() instanceof RuntimeException known
        ? known
        : new IllegalStateException(failure.getCause());
  }

  /** Says which of the two images is meant. */
  private static <T> T naming(String field, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ImageException e) {
      throw new ImageException(e.reason(), field + ": " + e.getMessage(), e);
    }
  }

  private static Outcome failed(ManifestRow row, ErrorCode code, String message, StageTimer clock) {
    return new Outcome.Failed(
        row.id(), row.trackId(), code, message, clock.stage(), clock.timings());
  }

  private static Outcome unforeseen(ManifestRow row, RuntimeException fault, StageTimer clock) {
    boolean isOfTask =
        fault instanceof LaneBrokenException || fault instanceof CancellationException;
    if (isOfTask || clock.stage() == RowStage.WRITE) {
      throw fault;
    }
    LOG.error("row {} failed in {} for no foreseen reason", row.id(), clock.stage(), fault);
    String message = "a fault of Spackle itself, see the executor's log: " + fault;
    return failed(row, ErrorCode.INTERNAL, message, clock);
  }

  /** The code of an image that cannot be used. */
  public static ErrorCode codeOf(ImageException.Reason reason) {
    return switch (reason) {
      case EMPTY, NOT_AN_IMAGE, UNSUPPORTED_FORMAT -> ErrorCode.IMAGE_UNSUPPORTED;
      case TOO_LARGE, TOO_SMALL, BAD_ASPECT -> ErrorCode.IMAGE_SIZE;
      case TRUNCATED, CORRUPT -> ErrorCode.IMAGE_CORRUPT;
    };
  }
}
