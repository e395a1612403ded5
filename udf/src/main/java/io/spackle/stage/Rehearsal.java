package io.spackle.stage;

import io.spackle.graph.Cancellation;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowReader;
import io.spackle.row.RowStage;
import io.spackle.sink.ImageSink;
import io.spackle.sink.PictureFiles;
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
public final class Rehearsal implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /**
   * The columns that come out: the pass, from 0, and how long all of it took; the row's line and
   * id; why it failed, or its {@link Shape} and pictures; what it took of the model's time; how
   * long its fetches took; its notes.
   */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "pass int, pass_seconds double, line long, id string, code string, message string, "
              + Shape.COLUMNS
              + ", images int, model_seconds double, fetch_seconds double, notes string");

  /** The first pass warms up, as the beginning of a run does; the second goes on as a run does. */
  private static final int PASSES_OF_PAINTING = 2;

  /** How far rows go. */
  private enum Depth {
    FRAMED,
    PAINTED
  }

  /** Takes pictures and keeps none. */
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

  private final StageSettings settings;
  private final RowReader reader;
  private final Depth depth;

  private Rehearsal(StageSettings settings, Depth depth) {
    this.settings = settings;
    this.reader = settings.reader();
    this.depth = depth;
  }

  /** Fetches, decodes and frames rows. */
  public static Rehearsal looking(StageSettings settings) {
    return new Rehearsal(settings, Depth.FRAMED);
  }

  /** Paints rows, in two passes. */
  public static Rehearsal painting(StageSettings settings) {
    return new Rehearsal(settings, Depth.PAINTED);
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
    RowWork work = work(Executor.ofJvm(), task, end);
    List<Ended> ended = new ArrayList<>();
    try (Window<Row, Ended> window =
        new Window<>(
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

  private RowWork work(Executor executor, TaskSignals task, Cancellation end) {
    return new RowWork(
        executor.model(settings, task),
        executor.source(settings, task),
        new PictureFiles(new Nowhere()),
        new Previews(new Nowhere(), settings.output().previews().share()),
        settings.pictures(),
        end);
  }

  private Outcome outcome(Row row, RowWork work) throws InterruptedException {
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
    values.addAll(Shape.of(done.row()).values());
    values.add(done.output().size());
    values.add(seconds(done.generation()));
    values.add(fetching);
    values.add(String.join(" ", done.notes().stream().map(Enum::name).sorted().toList()));
    return values;
  }

  private static List<Object> told(Outcome.Failed failed, double fetching) {
    List<Object> values =
        new ArrayList<>(List.of(failed.id(), failed.code().name(), failed.message()));
    values.addAll(Shape.noValues());
    values.addAll(Arrays.asList(0, 0.0, fetching, ""));
    return values;
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
