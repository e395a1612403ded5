package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.jobs.lease.RunFiles;
import io.spackle.jobs.output.History.Event;
import io.spackle.jobs.output.SimulatedProcess.Steps;
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
import java.util.Random;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;

/** An attempt of a task on an executor, row by row. */
final class SimulatedAttempt implements Steps {

  static final String WEBHOOK = "https://example.org/hook";

  private static final StructType ROW = StructType.fromDDL(RowColumns.KEY + " string");
  private static final PublishSettings PUBLISH = new PublishSettings(Duration.ofSeconds(20), 2);
  private static final int FAILED_OF = 8;

  private final History history;
  private final Place place;
  private final int task;
  private final List<String> rows;
  private final List<String> pending = new ArrayList<>();
  private FinishedRowsOfTest finished;
  private State state = State.OPENING;

  private enum State {
    OPENING,
    PAINTING,
    SUCCEEDED,
    FAILED
  }

  /** The output and run of an attempt, and its executor. */
  record Place(Path root, String run, SimulatedProcess executor) {}

  SimulatedAttempt(History history, Place place, int task, List<String> rows) {
    this.history = history;
    this.place = place;
    this.task = task;
    this.rows = rows;
  }

  SimulatedProcess process() {
    return place.executor();
  }

  boolean hasSucceeded() {
    return state == State.SUCCEEDED;
  }

  boolean isLost() {
    return state == State.FAILED || process().isDead();
  }

  /** Another attempt of the same task. */
  SimulatedAttempt again(BiFunction<Integer, List<String>, SimulatedAttempt> start) {
    return start.apply(task, rows);
  }

  @Override
  public boolean step() {
    try {
      state = state == State.OPENING ? open() : paint();
    } catch (IOException | RuntimeException e) {
      history.log("task " + task + " fails: " + e);
      history.invariants().taskFailed(e);
      state = State.FAILED;
    }
    return state == State.PAINTING;
  }

  private State open() throws IOException {
    Path meta = new Path(place.root(), "meta");
    RunFiles files = RunFiles.ofTask(meta, place.run(), SimulatedRun.hadoop());
    String mark = "task-" + task + "-" + history.nextPaint();
    files.files().system().create(new Path(place.root(), ".spackle-marks/" + mark), true).close();
    AddedFiles added = new AddedFiles(new MetaLines(), files, meta, task);
    finished =
        new FinishedRowsOfTest(
            added,
            PUBLISH,
            calls -> history.start(process(), () -> call(calls)),
            () -> Duration.ofMillis(History.now()).toNanos());
    added
        .pending(rows.stream().map(SimulatedAttempt::row).iterator())
        .forEachRemaining(row -> pending.add(row.getString(0)));
    Collections.shuffle(pending, new Random(history.random(1000)));
    return State.PAINTING;
  }

  private static Row row(String key) {
    return new GenericRowWithSchema(new Object[] {key}, ROW);
  }

  private State paint() {
    if (pending.isEmpty()) {
      finished.publishAll();
      return State.SUCCEEDED;
    }
    String key = pending.remove(0);
    boolean isFailed = history.random(FAILED_OF) == 0;
    String image = isFailed ? "" : key + ".png";
    if (!isFailed) {
      sink(place.root(), "images").write(image, key.getBytes(UTF_8));
    }
    finished.add(new MetaLines.Line(key, image, history.nextPaint()).row(), WEBHOOK);
    history.waits(Duration.ofMillis(history.random(history.random(4) == 0 ? 150_000 : 15_000)));
    return State.PAINTING;
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
