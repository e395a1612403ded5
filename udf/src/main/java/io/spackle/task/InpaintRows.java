package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.OpenModel;
import io.spackle.pipeline.FlightControl;
import io.spackle.pipeline.InlineImages;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.QualityCheck;
import io.spackle.pipeline.RowInputs;
import io.spackle.pipeline.RowOutputs;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowRecorder;
import io.spackle.pipeline.RowWindow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowKey;
import io.spackle.sink.ImageKeys;
import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageWriter;
import io.spackle.source.ImageSource;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The task of SQL functions and datasets: manifest rows in, meta rows with their images out;
 * nothing is written. Init images and masks are locations or binary values of the rows.
 *
 * <p>Rows are processed as by {@link InpaintPartition}, except that no webhooks are called and a
 * row that crashes its process is not quarantined.
 */
public final class InpaintRows implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /** The column of the images, one encoded file per sample. */
  public static final String IMAGES = "images";

  private static final String OUTPUT = "output";
  private static final int FIRST_ATTEMPT = 1;

  private final TaskSettings settings;
  private final String digest;
  private final RowRecorder recorder;

  /**
   * @param settings without an output
   * @param digest of everything but the rows that determines the images
   * @param rows schema of the rows, without a column {@link #IMAGES}
   */
  public InpaintRows(TaskSettings settings, String digest, StructType rows) {
    this.settings = settings;
    this.digest = digest;
    this.recorder = settings.recorder(rows);
  }

  /** The resources that the rows of a task share. */
  private record Resources(
      TaskSignals task,
      OpenModel model,
      RowInputs inputs,
      QualityCheck quality,
      RowPipeline.Task rows) {}

  /** The schema of the result: that of meta rows, and {@link #IMAGES}. */
  public StructType schema() {
    return recorder.schema().add(IMAGES, DataTypes.createArrayType(DataTypes.BinaryType));
  }

  /** The processing of one row: its meta row with its images. */
  @FunctionalInterface
  public interface Inpainting {
    Row of(Row row) throws InterruptedException;
  }

  /** What is made of an element of a task, with the help of the processing of its row. */
  @FunctionalInterface
  public interface Each<I, O> {
    O apply(I element, Inpainting inpainting) throws InterruptedException;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return call(rows, (row, inpainting) -> inpainting.of(row), RowWindow.Order.FINISHED);
  }

  /**
   * Processes the rows that the elements of the current task stand for, many at a time.
   *
   * @param each runs on a thread of the element
   * @return in the order of the elements
   */
  public <I, O> Iterator<O> callInOrder(Iterator<I> elements, Each<I, O> each) {
    return call(elements, each, RowWindow.Order.READ);
  }

  private <I, O> Iterator<O> call(Iterator<I> elements, Each<I, O> each, RowWindow.Order order) {
    if (!elements.hasNext()) {
      return Collections.emptyIterator();
    }
    Resources resources = open(new SparkTask(TaskContext.get()), InpaintPartition.flight(settings));
    RowWindow<I, O> window = window(elements, each, resources, order);
    resources
        .task()
        .onCompletion(
            () -> {
              resources.rows().end().cancel();
              window.close();
            });
    return window;
  }

  /** Processes one row by itself, on the driver. */
  public Row inpaint(Row row) {
    try (DriverSignals signals = new DriverSignals()) {
      Resources resources = open(signals, FlightControl.single());
      try (RowWindow<Row, Row> window =
          window(
              List.of(row).iterator(),
              (one, inpainting) -> inpainting.of(one),
              resources,
              RowWindow.Order.FINISHED)) {
        return window.next();
      }
    }
  }

  private <I, O> RowWindow<I, O> window(
      Iterator<I> elements, Each<I, O> each, Resources resources, RowWindow.Order order) {
    return new RowWindow<>(
        elements,
        element -> each.apply(element, row -> process(row, resources)),
        resources.rows().flight(),
        resources.task()::isInterrupted,
        order);
  }

  private Resources open(TaskSignals task, FlightControl flight) {
    ExecutorContext executor = ExecutorContext.ofJvm();
    return new Resources(
        task,
        executor.model(settings, task),
        executor.inputs(settings, task),
        executor.quality(settings, task),
        new RowPipeline.Task(new Cancellation(), flight));
  }

  private Row process(Row row, Resources resources) throws InterruptedException {
    InlineImages source = new InlineImages(resources.inputs().source());
    Row located = source.located(row);
    String key = RowKey.of(located, digest);
    StructType withKey = located.schema().add(RowColumns.KEY, DataTypes.StringType);
    Row keyed = new GenericRowWithSchema(with(located, key), withKey);
    List<byte[]> files = new ArrayList<>();
    RowPipeline pipeline = pipeline(source, inMemory(files), resources);
    Outcome outcome =
        recorder.read(keyed, key).then(valid -> pipeline.run(valid, Optional.empty()));
    ExecutorMetrics.ofJvm().add(outcome);
    Row meta = recorder.record(keyed, key, outcome, FIRST_ATTEMPT).meta();
    return withImages(meta, outcome instanceof Outcome.Succeeded ? files : List.of());
  }

  private static ImageSink inMemory(List<byte[]> files) {
    return (key, bytes) -> {
      files.add(bytes);
      return key;
    };
  }

  private RowPipeline pipeline(ImageSource source, ImageSink sink, Resources resources) {
    return new RowPipeline(
        resources.model(),
        resources.inputs().withSource(source),
        new RowOutputs(
            ImageWriter.toFiles(sink, new ImageKeys(1)),
            new PreviewWriter(sink, 0),
            Optional.empty(),
            resources.quality()),
        settings.images(),
        resources.rows());
  }

  private Row withImages(Row meta, List<byte[]> files) {
    Object[] values = with(meta, seq(files));
    values[meta.fieldIndex(OUTPUT)] = seq(List.of()); // nothing is written
    return new GenericRowWithSchema(values, schema());
  }

  private static Object[] with(Row row, Object last) {
    Object[] values = new Object[row.length() + 1];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    values[row.length()] = last;
    return values;
  }

  private static Object seq(List<?> values) {
    return CollectionConverters.asScala(values).toSeq();
  }

  /** The signals of a row that is processed without a task. */
  private static final class DriverSignals implements TaskSignals, AutoCloseable {
    private final Deque<Runnable> actions = new ArrayDeque<>();

    @Override
    public boolean isInterrupted() {
      return false;
    }

    @Override
    public boolean isLeaving() {
      return false;
    }

    @Override
    public void onCompletion(Runnable action) {
      actions.push(action);
    }

    @Override
    public int attempt() {
      return FIRST_ATTEMPT;
    }

    @Override
    public long attemptId() {
      return 0;
    }

    @Override
    public String process() {
      return "driver";
    }

    @Override
    public boolean isAlive(String process) {
      return process.equals(process());
    }

    @Override
    public Optional<String> gpuAddress() {
      return Optional.empty();
    }

    @Override
    public void close() {
      actions.forEach(Runnable::run);
    }
  }
}
