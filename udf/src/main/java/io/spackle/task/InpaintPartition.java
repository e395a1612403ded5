package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.pipeline.FlightControl;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.RowOutputs;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowRecorder;
import io.spackle.pipeline.RowRecorder.Recorded;
import io.spackle.pipeline.RowWindow;
import io.spackle.quarantine.Quarantine;
import io.spackle.quarantine.TaskRows;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.sink.ImageWriter;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import io.spackle.task.TaskSettings.OutputSettings;
import io.spackle.webhook.WebhookCall;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The task of a job: manifest rows in, published meta rows and their images out.
 *
 * <p>Only the task's thread uses the input rows, the publication, the task's context and its
 * accumulators. When the task ends, with or without success, its rows in flight stop within a
 * second; the model stays open for the next task. A task whose executor was told to go finishes the
 * rows in flight, publishes them, and leaves the others to another executor.
 */
public final class InpaintPartition implements Serializable {

  private static final long serialVersionUID = 1L;

  /**
   * Batches of fetched rows per task that keep a lane busy: one runs, one waits, one is written.
   */
  private static final int BATCHES_IN_FLIGHT = 3;

  /** Rows that wait for their files, or for a host, per fetch slot of the executor. */
  private static final int WAITING_PER_SLOT = 4;

  private final TaskSettings settings;
  private final TaskCounters counters;
  private final RowRecorder recorder;
  private final boolean hasWebhooks;

  /**
   * @param manifest schema of the rows, with {@link RowColumns#KEY}
   * @param counters of all rows of the job
   */
  public InpaintPartition(TaskSettings settings, StructType manifest, TaskCounters counters) {
    this.settings = settings;
    this.counters = counters;
    this.recorder = settings.recorder(manifest);
    this.hasWebhooks = RowColumns.has(manifest, RowColumns.WEBHOOK);
  }

  /** The schema of the meta rows. */
  public StructType schema() {
    return recorder.schema();
  }

  /** One attempt of the task. */
  private record Attempt(int number, RowPipeline pipeline, Quarantine quarantine) {}

  /** A row with its meta row. */
  private record Finished(Row source, Recorded recorded) {}

  /**
   * What a task is.
   *
   * @param rows all of its rows, those that earlier attempts have published included
   */
  public record Work(TaskRows rows, Publication publication) {}

  /** Finds out on its executor what a task is. */
  @FunctionalInterface
  public interface Opening {
    Work open() throws IOException;
  }

  /** Processes the rows of the current Spark task. */
  public void run(Iterator<Row> rows, Opening work) throws IOException {
    if (rows.hasNext()) {
      run(rows, work.open(), ExecutorContext.ofJvm(), new SparkTask(TaskContext.get()));
    }
  }

  void run(Iterator<Row> rows, Work work, ExecutorContext executor, TaskSignals task)
      throws IOException {
    Publication publication = work.publication();
    Iterator<Row> pending = publication.pending(rows);
    if (!pending.hasNext()) {
      return; // earlier attempts have published all rows
    }
    Cancellation end = new Cancellation();
    Quarantine quarantine = Quarantine.of(executor.markers(settings, task), task, work.rows());
    task.onCompletion(quarantine::close);
    ImageWriter images = executor.images(settings, task);
    FlightControl flight = flight(settings);
    RowPipeline.Task rowsOf = new RowPipeline.Task(end, flight);
    Attempt attempt =
        new Attempt(task.attempt(), pipeline(executor, task, images, rowsOf), quarantine);
    RowWindow<Row, Finished> window =
        new RowWindow<>(
            quarantine.marking(pending), row -> process(row, attempt), flight, task::isInterrupted);
    task.onCompletion(
        () -> {
          end.cancel();
          window.close();
          images.close();
        });
    Consumer<List<WebhookCall>> webhooks =
        hasWebhooks ? executor.webhooks(settings, task)::sendWhatFits : calls -> {};
    publish(
        window,
        new FinishedRows(
            publication, settings.output().publish(), images, webhooks, System::nanoTime),
        task);
  }

  private void publish(RowWindow<Row, Finished> window, FinishedRows rows, TaskSignals task) {
    while (!window.isExhausted()) {
      if (task.isLeaving()) {
        window.stopReading();
      }
      window
          .poll()
          .ifPresent(
              row -> {
                counters.add(row.recorded().outcome());
                rows.add(row.recorded().meta(), RowColumns.webhook(row.source()));
              });
      rows.publishIfDue();
    }
    if (window.hasUnread()) {
      rows.publishPart();
      // Spark starts the task elsewhere, and does not count this as a failure.
      throw new TaskKilledException("its executor leaves; the rows that are left go to another");
    }
    rows.publishAll();
  }

  private RowPipeline pipeline(
      ExecutorContext executor, TaskSignals task, ImageWriter images, RowPipeline.Task rows) {
    OutputSettings.Previews previews = settings.output().previews();
    return new RowPipeline(
        executor.model(settings, task),
        executor.inputs(settings, task),
        new RowOutputs(
            images,
            new PreviewWriter(executor.sink(previews.folder(), settings, task), previews.share()),
            masks(executor, task),
            executor.quality(settings, task)),
        settings.images(),
        rows);
  }

  private Optional<RowOutputs.Masks> masks(ExecutorContext executor, TaskSignals task) {
    OutputSettings.Images images = settings.output().images();
    return settings.output().masks()
        ? Optional.of(
            new RowOutputs.Masks(executor.sink(images.folder(), settings, task), images.keys()))
        : Optional.empty();
  }

  /** The rows of a task that are in flight at the same time. */
  static FlightControl flight(TaskSettings settings) {
    int enough = BATCHES_IN_FLIGHT * settings.lane().maxImages();
    return new FlightControl(enough, enough + WAITING_PER_SLOT * settings.lane().fetches());
  }

  private Finished process(Row row, Attempt attempt) throws InterruptedException {
    String key = row.getAs(RowColumns.KEY);
    Outcome outcome = recorder.read(row, key).then(valid -> outcome(valid, key, attempt));
    return new Finished(row, recorder.record(row, key, outcome, attempt.number()));
  }

  private static Outcome outcome(ManifestRow valid, String key, Attempt attempt)
      throws InterruptedException {
    Quarantine quarantine = attempt.quarantine();
    Optional<Outcome> quarantined = quarantine.outcome(valid, key);
    return quarantined.isPresent()
        ? quarantined.get()
        : attempt.pipeline().run(valid, quarantine.marker(key));
  }
}
