package io.spackle.pipeline;

import io.spackle.codec.SourceImage;
import io.spackle.family.ModelTraits;
import io.spackle.family.Note;
import io.spackle.graph.Cancellation;
import io.spackle.image.Frame;
import io.spackle.image.ImageException;
import io.spackle.lane.InFlightLimits;
import io.spackle.lane.InFlightLimits.FetchSlot;
import io.spackle.lane.InFlightLimits.MemoryPermit;
import io.spackle.lane.Lane;
import io.spackle.mask.MadeMask;
import io.spackle.model.OpenModel;
import io.spackle.pipeline.RowFiles.Encoded;
import io.spackle.pipeline.RowFiles.Written;
import io.spackle.provenance.Generation;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.row.ErrorCode;
import io.spackle.row.InputVersions;
import io.spackle.row.MadeImage;
import io.spackle.row.ManifestRow;
import io.spackle.row.ModelShare;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowMask;
import io.spackle.row.RowStage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  private final OpenModel model;
  private final RowInputs inputs;
  private final ImageSettings settings;
  private final Cancellation task;
  private final FlightControl flight;
  private final RowMarking marking;
  private final RowFiles files;
  private final RowMemory rowMemory;
  private final QualityCheck quality;
  private final RowTries.Cores cores;

  /**
   * @param task the task whose rows these are
   */
  public RowPipeline(
      OpenModel model, RowInputs inputs, RowOutputs outputs, ImageSettings settings, Task task) {
    this.model = model;
    this.inputs = inputs;
    this.settings = settings;
    this.task = task.end();
    this.flight = task.flight();
    this.marking = new RowMarking(settings.marking(), traits().model(), model.origin());
    this.quality = outputs.quality();
    this.cores = new RowTries.Cores(model.limits(), this.task);
    this.rowMemory = new RowMemory(settings, traits(), inputs.masks(), quality.settings());
    this.files = new RowFiles(outputs, settings.output(), marking, model.limits());
  }

  /**
   * The task of rows.
   *
   * @param end no row enters another stage once it is cancelled
   * @param flight is told of the rows that have fetched their files
   */
  public record Task(Cancellation end, FlightControl flight) {}

  /** The fetched files, and the memory reserved for them and everything that is made of them. */
  private record Fetched(InputFiles files, MemoryPermit memory, FlightControl flight)
      implements AutoCloseable {
    @Override
    public void close() {
      memory.close();
      flight.finished();
    }
  }

  /**
   * The images of a row, and what says how its outputs came about.
   *
   * @param inputNotes how the mask was read, and the canvas extended
   * @param isSkipped whether the row is to have no image, since nothing was found to mask
   * @param generation for the outputs' marks; empty if the mask is
   */
  private record Decoded(
      FramedRow framed, Set<Note> inputNotes, boolean isSkipped, Optional<Generation> generation) {

    /** Whether the model has nothing to do. */
    boolean isUnchanged() {
      return isSkipped || framed.frame().isBlank();
    }
  }

  /**
   * A row of which nothing was generated.
   *
   * @param outcome without images
   * @param demand empty if the row failed or needs no model
   */
  public record Probed(Outcome outcome, Optional<ModelDemand> demand) {}

  /**
   * Runs one row from its locations to its written images.
   *
   * @param marker of a row that must be alone in the model, else empty
   * @throws InterruptedException if the thread is interrupted; no resource is held then
   */
  public Outcome run(ManifestRow row, Optional<Supplier<Marker>> marker)
      throws InterruptedException {
    StageTimer timer = new StageTimer(RowStage.FETCH);
    Map<String, String> versions = new HashMap<>();
    try (Lane.Arrival arrival = model.lane().arrival();
        Fetched fetched = fetch(row, arrival, timer, versions)) {
      Decoded decoded = decodeAndFrame(row, fetched.files(), marker, timer);
      FramedRow framed = decoded.framed();
      fetched.memory().shrinkTo(rowMemory.untilWritten(framed, fetched.files()));
      RowGeneration generation = new RowGeneration(model, settings, task, marker, timer);
      Generated generated = generated(decoded, generation, arrival);
      arrival.retract();
      enter(RowStage.ENCODE, timer);
      RowTries tries =
          new RowTries(framed, quality, sample -> generation.again(framed, sample), cores);
      Encoded encoded = files.encode(framed, decoded.generation(), generated.outputs(), tries);
      enter(RowStage.WRITE, timer);
      Written written = files.write(row, encoded);
      return new Outcome.Succeeded(
          row,
          images(decoded, written, generated.flagged(), tries.made()),
          fetched.files().digests(),
          new InputVersions(versions),
          notes(decoded, generated.notes(), tries.hasLow()),
          generated.share().plus(tries.share()),
          timer.timings());
    } catch (RuntimeException e) {
      return RowFailures.outcome(row, e, timer, versions);
    }
  }

  /**
   * Fetches, decodes and frames one row; nothing is generated or written.
   *
   * @throws InterruptedException if the thread is interrupted; no resource is held then
   */
  public Probed probe(ManifestRow row) throws InterruptedException {
    StageTimer timer = new StageTimer(RowStage.FETCH);
    Map<String, String> versions = new HashMap<>();
    try (Lane.Arrival arrival = model.lane().arrival();
        Fetched fetched = fetch(row, arrival, timer, versions)) {
      arrival.retract(); // nothing is submitted, so no batch should wait for this row
      Decoded decoded = decodeAndFrame(row, fetched.files(), Optional.empty(), timer);
      Outcome framed =
          new Outcome.Succeeded(
              row,
              images(decoded, Written.NOTHING, List.of(), List.of()),
              fetched.files().digests(),
              new InputVersions(versions),
              notes(decoded, Set.of(), false),
              ModelShare.NONE,
              timer.timings());
      return new Probed(framed, demand(decoded));
    } catch (RuntimeException e) {
      return new Probed(RowFailures.outcome(row, e, timer, versions), Optional.empty());
    }
  }

  private Optional<ModelDemand> demand(Decoded decoded) {
    return decoded.isUnchanged()
        ? Optional.empty()
        : Optional.of(ModelDemand.of(decoded.framed(), model.inpainter(), settings));
  }

  private Fetched fetch(
      ManifestRow row, Lane.Arrival arrival, StageTimer timer, Map<String, String> versions)
      throws InterruptedException {
    try (FetchSlot slot = model.limits().fetchSlot()) {
      arrival.announce();
      RowFetch fetch = new RowFetch(slot, arrival, versions);
      InputFiles files = InputFiles.fetch(row, traits(), settings, inputs.source(), fetch);
      enter(RowStage.DECODE, timer);
      long bytes = rowMemory.most(row, files);
      enter(RowStage.QUEUE, timer);
      MemoryPermit memory = memory(bytes, arrival);
      flight.fetched();
      return new Fetched(files, memory, flight);
    }
  }

  /**
   * Waits for the memory that the row needs at most; meanwhile no batch should wait for the row.
   */
  private MemoryPermit memory(long bytes, Lane.Arrival arrival) throws InterruptedException {
    Optional<MemoryPermit> free = model.limits().tryMemory(bytes);
    if (free.isPresent()) {
      return free.get();
    }
    arrival.retract();
    MemoryPermit memory = model.limits().memory(bytes);
    arrival.announce();
    return memory;
  }

  /** No core is held while a segmenter runs. */
  private Decoded decodeAndFrame(
      ManifestRow row, InputFiles files, Optional<Supplier<Marker>> marker, StageTimer timer)
      throws InterruptedException {
    InFlightLimits cores = model.limits();
    enter(RowStage.DECODE, timer);
    InputFiles.Decoded decoded = cores.onCore(() -> files.decode(settings));
    enter(inputs.masks().stage(row.locations().mask()), timer);
    MadeMask mask = mask(row, files, decoded.init(), marker);
    enter(RowStage.FRAME, timer);
    FramedRow.Images images = FramedRow.Images.of(decoded, mask.reading());
    return cores.onCore(
        () -> {
          Optional<RowCanvas> canvas = RowCanvas.of(row, images.init(), settings);
          FramedRow framed = framed(row, images, canvas);
          Optional<Generation> generation =
              framed.frame().isBlank()
                  ? Optional.empty()
                  : Optional.of(marking.generation(images.init(), files.init()));
          Set<Note> notes = RowNotes.ofInputs(images, canvas, settings);
          return new Decoded(framed, notes, mask.isSkipped(), generation);
        });
  }

  private MadeMask mask(
      ManifestRow row, InputFiles files, SourceImage init, Optional<Supplier<Marker>> marker)
      throws InterruptedException {
    RowMask mask = row.locations().mask();
    try {
      return inputs.masks().make(mask, files.mask(), init, model.limits(), marker);
    } catch (ImageException e) {
      throw new ImageException(e.reason(), RowColumns.MASK_IMAGE + ": " + e.getMessage(), e);
    }
  }

  private FramedRow framed(ManifestRow row, FramedRow.Images images, Optional<RowCanvas> canvas) {
    if (canvas.isEmpty()) {
      return FramedRow.of(row, images, traits(), settings);
    }
    FramedRow.Images placed = canvas.get().place(images);
    ImageSettings fitted = canvas.get().settings(placed.mask().mask(), traits());
    return FramedRow.of(row, placed, traits(), fitted);
  }

  private ModelTraits traits() {
    return model.inpainter().traits();
  }

  private static Generated generated(
      Decoded decoded, RowGeneration generation, Lane.Arrival arrival) throws InterruptedException {
    FramedRow framed = decoded.framed();
    if (decoded.isSkipped()) {
      return Generated.NOTHING;
    }
    return framed.frame().isBlank() ? Generated.unchanged(framed) : generation.all(framed, arrival);
  }

  private Set<Note> notes(Decoded decoded, Set<Note> ofModel, boolean isLow) {
    FramedRow framed = decoded.framed();
    Set<Note> notes = RowNotes.of(framed, traits(), settings);
    notes.addAll(decoded.inputNotes());
    notes.addAll(ofModel);
    if (RowMarking.drops(framed.source(), decoded.generation())) {
      notes.add(Note.PROVENANCE_DROPPED);
    }
    if (isLow) {
      notes.add(Note.QUALITY_LOW);
    }
    return notes;
  }

  private static Outcome.Images images(
      Decoded decoded, Written written, List<Boolean> flagged, List<MadeImage> made) {
    Frame frame = decoded.framed().frame();
    return new Outcome.Images(
        written.samples(),
        frame.outputWidth(),
        frame.outputHeight(),
        flagged,
        made,
        new Outcome.UsedMask(frame.maskCoverage(), written.mask(), decoded.isSkipped()));
  }

  private void enter(RowStage stage, StageTimer timer) {
    task.check();
    timer.enter(stage);
  }
}
