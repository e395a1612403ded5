package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.RowOutputs;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowRecorder;
import io.spackle.pipeline.RowRecorder.Recorded;
import io.spackle.pipeline.RowWindow;
import io.spackle.quarantine.Quarantine;
import io.spackle.row.ManifestRow;
import io.spackle.row.MetaRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageWriter;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskPartition;
import io.spackle.spark.TaskSignals;
import io.spackle.task.TaskSettings.OutputSettings;
import io.spackle.webhook.WebhookCall;
import io.spackle.webhook.Webhooks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The task of a job: manifest rows in, meta rows out, with their images written on the way. Rows
 * are returned as they finish, in any order.
 *
 * <p>Only the task's thread uses the input rows, the task's context and its accumulators. When the
 * task ends, with or without success, its rows in flight stop within a second; the model stays open
 * for the next task.
 */
public final class InpaintPartition implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /** Batches in flight per task: one on the device, one queued, one fetched and one written. */
  private static final int BATCHES_IN_FLIGHT = 3;

  private final TaskSettings settings;
  private final String column;
  private final TaskCounters counters;
  private final RowRecorder recorder;
  private final boolean hasWebhooks;

  /**
   * @param manifest schema of the rows, with {@link RowColumns#KEY}
   * @param column by whose hash rows were distributed to tasks, see {@link TaskPartition}
   * @param counters of all rows of the job
   */
  public InpaintPartition(
      TaskSettings settings, StructType manifest, String column, TaskCounters counters) {
    this.settings = settings;
    this.column = column;
    this.counters = counters;
    this.recorder = settings.recorder(manifest);
    this.hasWebhooks = RowColumns.has(manifest, RowColumns.WEBHOOK);
  }

  /** The schema of the meta rows. */
  public StructType schema() {
    return recorder.schema();
  }

  /** One attempt of the task. */
  private record Attempt(
      int number, RowPipeline pipeline, Quarantine quarantine, TaskWebhooks webhooks) {}

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return rows.hasNext()
        ? run(rows, ExecutorContext.ofJvm(), new SparkTask(TaskContext.get()))
        : Collections.emptyIterator();
  }

  Iterator<Row> run(Iterator<Row> rows, ExecutorContext executor, TaskSignals task) {
    Cancellation end = new Cancellation();
    Quarantine quarantine = Quarantine.of(executor.markers(settings, task), task, column);
    task.onCompletion(quarantine::close);
    ImageWriter images = executor.images(settings, task);
    RowPipeline pipeline = pipeline(executor, task, images, end);
    TaskWebhooks webhooks =
        new TaskWebhooks(
            hasWebhooks ? Optional.of(executor.webhooks(settings, task)) : Optional.empty());
    Attempt attempt = new Attempt(task.attempt(), pipeline, quarantine, webhooks);
    RowWindow<Row, Recorded> window =
        new RowWindow<>(
            rows, row -> process(row, attempt), rowsInFlight(settings), task::isInterrupted);
    task.onCompletion(
        () -> {
          end.cancel();
          window.close();
          images.close();
          webhooks.end(task.hasFailed());
        });
    return counted(window, images);
  }

  private RowPipeline pipeline(
      ExecutorContext executor, TaskSignals task, ImageWriter images, Cancellation end) {
    OutputSettings.Previews previews = settings.output().previews();
    return new RowPipeline(
        executor.model(settings, task),
        executor.inputs(settings, task),
        new RowOutputs(
            images,
            new PreviewWriter(executor.sink(previews.folder(), settings, task), previews.share()),
            masks(executor, task)),
        settings.images(),
        end);
  }

  private Optional<ImageSink> masks(ExecutorContext executor, TaskSignals task) {
    return settings.output().masks()
        ? Optional.of(executor.sink(settings.output().images(), settings, task))
        : Optional.empty();
  }

  /** The number of rows of a task that are in flight at the same time. */
  static int rowsInFlight(TaskSettings settings) {
    return BATCHES_IN_FLIGHT * settings.lane().maxImages();
  }

  private Recorded process(Row row, Attempt attempt) throws InterruptedException {
    String key = row.getAs(RowColumns.KEY);
    Outcome outcome = recorder.read(row, key).then(valid -> outcome(valid, row, key, attempt));
    Recorded recorded = recorder.record(row, key, outcome, attempt.number());
    attempt.webhooks().add(row, recorded.meta(), key);
    return recorded;
  }

  private static Outcome outcome(ManifestRow valid, Row row, String key, Attempt attempt)
      throws InterruptedException {
    Quarantine quarantine = attempt.quarantine();
    Optional<Outcome> quarantined = quarantine.outcome(valid, key);
    return quarantined.isPresent()
        ? quarantined.get()
        : attempt.pipeline().run(valid, quarantine.marker(row, key));
  }

  /** Completes the images before Spark sees the end of the rows and publishes them. */
  private Iterator<Row> counted(RowWindow<Row, Recorded> window, ImageWriter images) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean hasNext = window.hasNext();
        if (!hasNext) {
          images.finish();
        }
        return hasNext;
      }

      @Override
      public Row next() {
        Recorded recorded = window.next();
        counters.add(recorded.outcome());
        return recorded.meta();
      }
    };
  }

  /**
   * The webhook calls of one task. They are sent after the task has published its meta rows, so
   * that no call refers to a row that is not in the table. Calls beyond the capacity stay pending.
   * Thread-safe.
   */
  private static final class TaskWebhooks {
    private final Optional<Webhooks> webhooks;
    private final List<WebhookCall> reserved = new ArrayList<>();
    private boolean hasEnded;

    /**
     * @param webhooks empty if no row of the manifest can have a webhook
     */
    TaskWebhooks(Optional<Webhooks> webhooks) {
      this.webhooks = webhooks;
    }

    /** Adds the call of a row, if the row has a webhook. */
    void add(Row source, Row meta, String key) {
      String url = RowColumns.webhook(source);
      if (url != null && webhooks.isPresent()) {
        reserve(WebhookCall.of(key, url, MetaRow.toJson(meta)), webhooks.get());
      }
    }

    /** Sends the calls, or drops them if the task failed; later rows are ignored. */
    synchronized void end(boolean hasFailed) {
      hasEnded = true;
      if (webhooks.isEmpty()) {
        return;
      }
      if (hasFailed) {
        reserved.forEach(webhooks.get()::release);
      } else {
        webhooks.get().send(reserved);
      }
    }

    private synchronized void reserve(WebhookCall call, Webhooks sender) {
      if (!hasEnded && sender.reserve(call)) {
        reserved.add(call);
      }
    }
  }
}
