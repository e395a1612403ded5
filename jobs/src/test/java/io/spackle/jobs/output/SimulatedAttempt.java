package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.History.Event;
import io.spackle.quarantine.Markers.Marker;
import io.spackle.quarantine.QuarantineOfTest;
import io.spackle.quarantine.TaskRows;
import io.spackle.row.RowColumns;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageSinks;
import io.spackle.task.FinishedRowsOfTest;
import io.spackle.task.TaskSettings.PublishSettings;
import io.spackle.webhook.WebhookCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;

/** An attempt of a task that inpaints, row by row. */
final class SimulatedAttempt implements SimulatedJob.Attempt {

  static final String WEBHOOK = "https://example.org/hook";

  private static final StructType ROW =
      StructType.fromDDL("%s string, %s string".formatted(RowColumns.KEY, RowColumns.REPLACES));
  private static final PublishSettings PUBLISH = new PublishSettings(Duration.ofSeconds(20), 2);
  private static final int FAILED_OF = 8;

  private final History history;
  private final Place place;
  private final Work work;
  private final List<String> pending = new ArrayList<>();
  private List<String> marked;
  private FinishedRowsOfTest finished;
  private QuarantineOfTest quarantine;
  private String inModel;
  private Optional<Marker> alone = Optional.empty();

  /**
   * The output and run of an attempt, and its executor.
   *
   * @param isAlive whether an executor of the run is alive, by its name
   */
  record Place(Path root, String run, SimulatedProcess executor, Predicate<String> isAlive) {}

  /** The rows of a task, by its number. */
  record Work(int task, List<Listed> rows) {}

  /**
   * A row to process.
   *
   * @param replaces key of the meta row that its own replaces, or null
   */
  record Listed(String key, String replaces) {}

  SimulatedAttempt(History history, Place place, Work work) {
    this.history = history;
    this.place = place;
    this.work = work;
  }

  @Override
  public boolean step() throws IOException {
    if (finished == null) {
      open();
      return true;
    }
    try {
      boolean isLeft = inpaint();
      if (!isLeft) {
        quarantine.close();
      }
      return isLeft;
    } catch (RuntimeException e) {
      alone.ifPresent(Marker::close);
      quarantine.close();
      throw e;
    }
  }

  private void open() throws IOException {
    Path meta = new Path(place.root(), "meta");
    RunFiles files = RunFiles.ofTask(meta, place.run(), SimulatedRun.hadoop());
    files.requireNotFenced();
    MetaLines format = new MetaLines();
    TaskFiles published =
        new TaskFiles(
            new AddedFiles(format, files, meta, work.task()),
            new AddedFiles(format, files, StagedRows.folder(meta), work.task()),
            count -> {});
    published
        .pending(work.rows().stream().map(SimulatedAttempt::row).iterator())
        .forEachRemaining(row -> pending.add(row.getString(0)));
    Collections.shuffle(pending, new Random(history.random(1000)));
    marked = List.copyOf(pending);
    quarantine =
        new QuarantineOfTest(
            new Path(place.root(), ".spackle-marks").toString(),
            SimulatedRun.hadoop(),
            new SimulatedSignals(place, history.nextPaint()),
            new TaskRows(place.run() + "-" + work.task(), marked));
    finished =
        new FinishedRowsOfTest(
            published,
            PUBLISH,
            calls -> history.start(place.executor(), () -> call(calls)),
            () -> Duration.ofMillis(History.now()).toNanos());
  }

  private static Row row(Listed row) {
    return new GenericRowWithSchema(new Object[] {row.key(), row.replaces()}, ROW);
  }

  /** A row goes into the model in one step, and comes out in another. */
  private boolean inpaint() {
    if (inModel != null) {
      finish();
    } else if (pending.isEmpty()) {
      finished.publishAll();
      return false;
    } else {
      start(pending.remove(0));
    }
    return true;
  }

  private void start(String key) {
    marked.forEach(each -> history.invariants().marks(each, place.executor()));
    if (quarantine.start(key)) {
      history.happens(Event.QUARANTINE);
      history.invariants().blames(key, place.run());
      add(key, "");
      return;
    }
    alone = quarantine.marker(key).map(opener -> opener.get());
    inModel = key;
    history.waits(Duration.ofMillis(history.random(history.random(4) == 0 ? 150_000 : 15_000)));
  }

  private void finish() {
    String key = inModel;
    boolean isFailed = history.random(FAILED_OF) == 0;
    if (!isFailed) {
      sink(place.root(), "images").write(key + ".png", key.getBytes(UTF_8));
    }
    alone.ifPresent(Marker::close);
    alone = Optional.empty();
    inModel = null;
    add(key, isFailed ? "" : key + ".png");
  }

  private void add(String key, String image) {
    finished.add(new MetaLines.Line(key, image, history.nextPaint(), "").row(), WEBHOOK);
  }

  /** In the background of the executor. */
  private boolean call(List<WebhookCall> calls) {
    try {
      send(calls, history, place.root());
    } catch (UncheckedIOException e) {
      history.log("calls cannot be recorded: " + e);
    }
    return false;
  }

  /** Calls webhooks and records that. */
  static void send(List<WebhookCall> calls, History history, Path root) {
    for (WebhookCall call : calls) {
      if (history.invariants().call(call)) {
        history.happens(Event.WEBHOOK_REPEATED);
      }
    }
    String record = calls.stream().map(WebhookCall::outcome).collect(Collectors.joining("\n"));
    if (!calls.isEmpty()) {
      sink(root, "webhooks").write(UUID.randomUUID() + ".jsonl", record.getBytes(UTF_8));
    }
  }

  private static ImageSink sink(Path root, String folder) {
    return ImageSinks.forUri(new Path(root, folder).toString(), SimulatedRun.hadoop());
  }
}
