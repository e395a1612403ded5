package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowWindow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowReader;
import io.spackle.row.RowStage;
import io.spackle.sink.ImageFileWriter;
import io.spackle.sink.ImageSink;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * A few rows on the way of all rows, in one task, but that nothing is written and nobody is called:
 * what would become of them, and how long it takes.
 */
public final class TrialRun implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /**
   * The columns that come out: the pass, from 0, and how long all of it took; the row's line and
   * id; why it failed, or its {@link WorkShape} and images; what it took of the model's time; how
   * long its fetches took; its notes.
   */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "pass int, pass_seconds double, line long, id string, code string, message string, "
              + WorkShape.COLUMNS
              + ", images int, model_seconds double, fetch_seconds double, notes string");

  /** The first pass warms up, as the beginning of a run does; the second goes on as a run does. */
  private static final int PASSES_OF_PAINTING = 2;

  /** How far rows go. */
  private enum Depth {
    FRAMED,
    PAINTED
  }

  /** Takes images and keeps none. */
  private record Nowhere() implements ImageSink {
    @Override
    public String write(String key, byte[] bytes) {
      return key;
    }

    @Override
    public void close() {}
  }

  /** How a row ended. */
  private record Ended(Row manifest, Outcome outcome) {}

  private final TaskSettings settings;
  private final RowReader reader;
  private final Depth depth;

  private TrialRun(TaskSettings settings, Depth depth) {
    this.settings = settings;
    this.reader = settings.reader();
    this.depth = depth;
  }

  /** Fetches, decodes and frames rows. */
  public static TrialRun looking(TaskSettings settings) {
    return new TrialRun(settings, Depth.FRAMED);
  }

  /** Paints rows, in two passes. */
  public static TrialRun painting(TaskSettings settings) {
    return new TrialRun(settings, Depth.PAINTED);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    List<Row> all = new ArrayList<>();
    rows.forEachRemaining(all::add);
    return all.isEmpty()
        ? all.iterator()
        : results(all, new SparkTask(TaskContext.get())).iterator();
  }

  private List<Row> results(List<Row> rows, TaskSignals task) {
    List<Row> results = new ArrayList<>();
    int passes = depth == Depth.PAINTED ? PASSES_OF_PAINTING : 1;
    for (int pass = 0; pass < passes; pass++) {
      long start = System.nanoTime();
      List<Ended> ended = pass(rows, task);
      double seconds = (System.nanoTime() - start) / 1e9;
      for (Ended row : ended) {
        results.add(result(pass, seconds, row));
      }
    }
    return results;
  }

  private List<Ended> pass(List<Row> rows, TaskSignals task) {
    Cancellation end = new Cancellation();
    RowPipeline work = work(ExecutorContext.ofJvm(), task, end);
    List<Ended> ended = new ArrayList<>();
    try (RowWindow<Row, Ended> window =
        new RowWindow<>(
            rows.iterator(),
            row -> new Ended(row, outcome(row, work)),
            InpaintPartition.rowsInFlight(settings),
            task::isInterrupted)) {
      window.forEachRemaining(ended::add);
    } finally {
      end.cancel();
    }
    return ended;
  }

  private RowPipeline work(ExecutorContext executor, TaskSignals task, Cancellation end) {
    return new RowPipeline(
        executor.model(settings, task),
        executor.source(settings, task),
        new ImageFileWriter(new Nowhere()),
        new PreviewWriter(new Nowhere(), settings.output().previews().share()),
        settings.images(),
        end);
  }

  private Outcome outcome(Row row, RowPipeline work) throws InterruptedException {
    return reader
        .read(row)
        .then(
            valid -> depth == Depth.PAINTED ? work.run(valid, Optional.empty()) : work.look(valid));
  }

  private static Row result(int pass, double passSeconds, Ended ended) {
    Object line = ended.manifest().getAs(RowColumns.LINE);
    Outcome outcome = ended.outcome();
    double fetching = seconds(outcome.timings().getOrDefault(RowStage.FETCH, Duration.ZERO));
    Stream<Object> head = Stream.of(pass, passSeconds, line);
    List<Object> tail =
        outcome instanceof Outcome.Succeeded done
            ? told(done, fetching)
            : told((Outcome.Failed) outcome, fetching);
    return RowFactory.create(Stream.concat(head, tail.stream()).toArray());
  }

  private static List<Object> told(Outcome.Succeeded done, double fetching) {
    List<Object> values = new ArrayList<>(Arrays.asList(done.row().id(), null, null));
    values.addAll(WorkShape.of(done.row()).values());
    values.add(done.output().size());
    values.add(seconds(done.generation()));
    values.add(fetching);
    values.add(String.join(" ", done.notes().stream().map(Enum::name).sorted().toList()));
    return values;
  }

  private static List<Object> told(Outcome.Failed failed, double fetching) {
    List<Object> values =
        new ArrayList<>(List.of(failed.id(), failed.code().name(), failed.message()));
    values.addAll(WorkShape.noValues());
    values.addAll(Arrays.asList(0, 0.0, fetching, ""));
    return values;
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
