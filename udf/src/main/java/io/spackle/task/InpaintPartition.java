package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowRecorder;
import io.spackle.pipeline.RowRecorder.Settled;
import io.spackle.pipeline.RowWindow;
import io.spackle.quarantine.Quarantine;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.sink.ImageWriter;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskPartition;
import io.spackle.spark.TaskSignals;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * One task: manifest rows to meta rows, with their images written on the way. Rows come out as they
 * are done, in any order.
 *
 * <p>The task's thread alone touches the rows coming in, the task's context and its accumulators.
 * When the task ends, however it ends, its rows in flight stop within a second; the model stays
 * open for the next.
 */
public final class InpaintPartition implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /**
   * Batches in flight per task: one on the device, one ready for it, and one on either side of
   * them, being fetched or written.
   */
  private static final int BATCHES_IN_FLIGHT = 3;

  private final TaskSettings settings;
  private final String dealtBy;
  private final TaskCounters progress;
  private final RowRecorder teller;
  private final boolean callsWebhooks;

  /**
   * @param manifest schema of the rows, with {@link RowColumns#KEY}
   * @param dealtBy column by whose hash tasks got their rows, see {@link TaskPartition}
   * @param progress counts all rows
   */
  public InpaintPartition(
      TaskSettings settings, StructType manifest, String dealtBy, TaskCounters progress) {
    this.settings = settings;
    this.dealtBy = dealtBy;
    this.progress = progress;
    this.teller = new RowRecorder(settings.reader(), settings.info(), manifest);
    this.callsWebhooks = RowColumns.has(manifest, RowColumns.WEBHOOK);
  }

  /** The schema of the rows that come out. */
  public StructType schema() {
    return teller.schema();
  }

  /** One try of the task. */
  private record Attempt(int number, RowPipeline work, Quarantine suspicion, TaskWebhooks calls) {}

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return rows.hasNext()
        ? run(rows, ExecutorContext.ofJvm(), new SparkTask(TaskContext.get()))
        : Collections.emptyIterator();
  }

  Iterator<Row> run(Iterator<Row> rows, ExecutorContext executor, TaskSignals task) {
    Cancellation end = new Cancellation();
    Quarantine suspicion = Quarantine.of(executor.marks(settings, task), task, dealtBy);
    task.onCompletion(suspicion::close);
    ImageWriter pictures = executor.pictures(settings, task);
    RowPipeline work =
        new RowPipeline(
            executor.model(settings, task),
            executor.source(settings, task),
            pictures,
            new PreviewWriter(
                executor.sink(settings.output().previews().folder(), settings, task),
                settings.output().previews().share()),
            settings.images(),
            end);
    TaskWebhooks calls =
        new TaskWebhooks(
            callsWebhooks ? Optional.of(executor.webhooks(settings, task)) : Optional.empty());
    Attempt attempt = new Attempt(task.attempt(), work, suspicion, calls);
    RowWindow<Row, Settled> window =
        new RowWindow<>(
            rows, row -> settle(row, attempt), rowsInFlight(settings), task::isInterrupted);
    task.onCompletion(
        () -> {
          end.cancel();
          window.close();
          pictures.close();
          calls.end(task.hasFailed());
        });
    return counted(window, pictures);
  }

  /** How many rows of a task are worked on at the same time. */
  static int rowsInFlight(TaskSettings settings) {
    return BATCHES_IN_FLIGHT * settings.lane().maxImages();
  }

  private Settled settle(Row row, Attempt attempt) throws InterruptedException {
    String key = row.getAs(RowColumns.KEY);
    Outcome outcome = teller.read(row, key).then(valid -> outcome(valid, row, key, attempt));
    Settled settled = teller.told(row, key, outcome, attempt.number());
    attempt.calls().add(row, settled.meta(), key);
    return settled;
  }

  private static Outcome outcome(ManifestRow valid, Row row, String key, Attempt attempt)
      throws InterruptedException {
    Quarantine suspicion = attempt.suspicion();
    Optional<Outcome> setAside = suspicion.setAside(valid, key);
    return setAside.isPresent()
        ? setAside.get()
        : attempt.work().run(valid, suspicion.mark(row, key));
  }

  /** The rows' images are whole before Spark learns that there are no more rows to publish. */
  private Iterator<Row> counted(RowWindow<Row, Settled> window, ImageWriter pictures) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean hasNext = window.hasNext();
        if (!hasNext) {
          pictures.finish();
        }
        return hasNext;
      }

      @Override
      public Row next() {
        Settled settled = window.next();
        progress.add(settled.outcome());
        return settled.meta();
      }
    };
  }
}
