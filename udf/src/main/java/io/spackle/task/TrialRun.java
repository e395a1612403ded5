package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.pipeline.FlightControl;
import io.spackle.pipeline.ModelDemand;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.RowOutputs;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowPipeline.Probed;
import io.spackle.pipeline.RowWindow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowReader;
import io.spackle.row.RowStage;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageWriter;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import io.spackle.task.WorkShape.Canvas;
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
 * Runs a few rows as a job would, in one task, but writes nothing and calls no webhooks: their
 * outcomes, and the time that they take.
 */
public final class TrialRun implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /**
   * The columns of the result: the pass, from 0, and its total time; the row's line and id; why it
   * failed, or its {@link WorkShape} and number of images; its share of the model's time; the time
   * of its fetches; its notes; and if it is framed only and needs the model, what it asks of it:
   * the number of images, the calls of the network for each, and their canvas.
   */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "pass int, pass_seconds double, line long, id string, code string, message string, "
              + WorkShape.COLUMNS
              + ", images int, model_seconds double, fetch_seconds double, notes string, "
              + "model_images int, calls int, canvas string");

  /** The first pass includes the warm-up at the start of a run, the second does not. */
  private static final int PASSES_OF_GENERATION = 2;

  /** The last stage that rows reach. */
  private enum Depth {
    FRAMED,
    GENERATED
  }

  /** A row and what became of it. */
  private record Finished(Row manifest, Outcome outcome, Optional<ModelDemand> demand) {}

  private final TaskSettings settings;
  private final RowReader reader;
  private final Depth depth;

  private TrialRun(TaskSettings settings, Depth depth) {
    this.settings = settings;
    this.reader = settings.reader();
    this.depth = depth;
  }

  /** Fetches, decodes and frames rows. */
  public static TrialRun framing(TaskSettings settings) {
    return new TrialRun(settings, Depth.FRAMED);
  }

  /** Runs rows to encoded images, in two passes. */
  public static TrialRun generating(TaskSettings settings) {
    return new TrialRun(settings, Depth.GENERATED);
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
    int passes = depth == Depth.GENERATED ? PASSES_OF_GENERATION : 1;
    for (int pass = 0; pass < passes; pass++) {
      long start = System.nanoTime();
      List<Finished> finished = pass(rows, task);
      double seconds = (System.nanoTime() - start) / 1e9;
      for (Finished row : finished) {
        results.add(result(pass, seconds, row));
      }
    }
    return results;
  }

  private List<Finished> pass(List<Row> rows, TaskSignals task) {
    Cancellation end = new Cancellation();
    FlightControl flight = InpaintPartition.flight(settings);
    RowPipeline pipeline =
        pipeline(ExecutorContext.ofJvm(), task, new RowPipeline.Task(end, flight));
    List<Finished> finished = new ArrayList<>();
    try (RowWindow<Row, Finished> window =
        new RowWindow<>(
            rows.iterator(), row -> finished(row, pipeline), flight, task::isInterrupted)) {
      window.forEachRemaining(finished::add);
    } finally {
      end.cancel();
    }
    return finished;
  }

  private RowPipeline pipeline(ExecutorContext executor, TaskSignals task, RowPipeline.Task rows) {
    ImageSink discarded = (key, bytes) -> key;
    ImageKeys keys = settings.output().images().keys();
    return new RowPipeline(
        executor.model(settings, task),
        executor.inputs(settings, task),
        new RowOutputs(
            ImageWriter.toFiles(discarded, keys),
            new PreviewWriter(discarded, settings.output().previews().share()),
            settings.output().masks()
                ? Optional.of(new RowOutputs.Masks(discarded, keys))
                : Optional.empty(),
            executor.quality(settings, task)),
        settings.images(),
        rows);
  }

  private Finished finished(Row row, RowPipeline pipeline) throws InterruptedException {
    RowReader.Result read = reader.read(row);
    if (depth == Depth.FRAMED && read instanceof RowReader.Valid valid) {
      Probed probed = pipeline.probe(valid.row());
      return new Finished(row, probed.outcome().with(valid.notes()), probed.demand());
    }
    Outcome outcome = read.then(valid -> pipeline.run(valid, Optional.empty()));
    return new Finished(row, outcome, Optional.empty());
  }

  private Row result(int pass, double passSeconds, Finished finished) {
    Object line = finished.manifest().getAs(RowColumns.LINE);
    Outcome outcome = finished.outcome();
    double fetching = seconds(outcome.timings().getOrDefault(RowStage.FETCH, Duration.ZERO));
    Stream<Object> head = Stream.of(pass, passSeconds, line);
    List<Object> tail =
        outcome instanceof Outcome.Succeeded done
            ? values(done, fetching)
            : values((Outcome.Failed) outcome, fetching);
    Stream<Object> demand = values(finished.demand());
    return RowFactory.create(Stream.of(head, tail.stream(), demand).flatMap(all -> all).toArray());
  }

  private List<Object> values(Outcome.Succeeded done, double fetching) {
    List<Object> values = new ArrayList<>(Arrays.asList(done.row().id(), null, null));
    values.addAll(WorkShape.of(done.row(), settings.rows().traits()).values());
    values.add(done.images().locations().size());
    values.add(seconds(done.share().time()));
    values.add(fetching);
    values.add(String.join(" ", done.notes().stream().map(Enum::name).sorted().toList()));
    return values;
  }

  private static List<Object> values(Outcome.Failed failed, double fetching) {
    List<Object> values =
        new ArrayList<>(List.of(failed.id(), failed.code().name(), failed.message()));
    values.addAll(WorkShape.noValues());
    values.addAll(Arrays.asList(0, 0.0, fetching, ""));
    return values;
  }

  private static Stream<Object> values(Optional<ModelDemand> demand) {
    return demand
        .map(
            asked ->
                Stream.<Object>of(
                    asked.images(), asked.calls(), Canvas.of(asked.parameters()).toString()))
        .orElseGet(() -> Stream.of(null, null, null));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
