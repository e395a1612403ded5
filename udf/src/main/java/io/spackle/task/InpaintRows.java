package io.spackle.task;

import io.spackle.graph.Cancellation;
import io.spackle.metrics.ExecutorMetrics;
import io.spackle.model.OpenModel;
import io.spackle.pipeline.InMemoryImages;
import io.spackle.pipeline.InlineImages;
import io.spackle.pipeline.PreviewWriter;
import io.spackle.pipeline.RowPipeline;
import io.spackle.pipeline.RowRecorder;
import io.spackle.pipeline.RowWindow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowKey;
import io.spackle.sink.ImageFileWriter;
import io.spackle.source.ImageSource;
import io.spackle.spark.DriverSignals;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import java.util.Collections;
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
 * Manifest rows to meta rows that hold their images: nothing is written. Init images and masks may
 * be locations or stand in the rows themselves, as bytes.
 *
 * <p>Rows go the same way as those of {@link InpaintPartition}, but that nobody keeps account of
 * them: webhooks are not called, and a row that kills its process is not set aside.
 */
public final class InpaintRows implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /** The column of the images, one per sample, as files. */
  public static final String IMAGES = "images";

  private static final String OUTPUT = "output";
  private static final int FIRST_ATTEMPT = 1;

  private final TaskSettings settings;
  private final String digest;
  private final RowRecorder teller;

  /** What the last row that came alone was painted with. */
  private transient Stage stage;

  /**
   * @param settings without an output
   * @param digest of all that shapes images beside the rows
   * @param rows schema of the rows, which have no column {@link #IMAGES}
   */
  public InpaintRows(TaskSettings settings, String digest, StructType rows) {
    this.settings = settings;
    this.digest = digest;
    this.teller = new RowRecorder(settings.reader(), settings.info(), rows);
  }

  /** What a task works with. */
  private record Stage(
      TaskContext context,
      TaskSignals task,
      OpenModel model,
      ImageSource source,
      Cancellation end) {}

  /** The schema of the rows that come out: that of meta rows, and {@link #IMAGES}. */
  public StructType schema() {
    return teller.schema().add(IMAGES, DataTypes.createArrayType(DataTypes.BinaryType));
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator();
    }
    Stage opened = open(new SparkTask(TaskContext.get()));
    RowWindow<Row, Row> window = window(rows, opened, InpaintPartition.rowsInFlight(settings));
    opened
        .task()
        .onCompletion(
            () -> {
              opened.end().cancel();
              window.close();
            });
    return window;
  }

  /**
   * Paints one row, in a batch of its own, on behalf of a task or of the driver.
   *
   * @throws java.util.concurrent.CancellationException if the task is to stop
   */
  public Row paint(Row row) {
    TaskContext context = TaskContext.get();
    if (context == null) {
      try (DriverSignals call = new DriverSignals()) {
        return paint(row, open(call));
      }
    }
    if (stage == null || stage.context() != context) {
      stage = open(new SparkTask(context));
    }
    return paint(row, stage);
  }

  private Row paint(Row row, Stage opened) {
    try (RowWindow<Row, Row> window = window(List.of(row).iterator(), opened, 1)) {
      return window.next();
    }
  }

  private Stage open(TaskSignals task) {
    ExecutorContext executor = ExecutorContext.ofJvm();
    return new Stage(
        TaskContext.get(),
        task,
        executor.model(settings, task),
        executor.source(settings, task),
        new Cancellation());
  }

  private RowWindow<Row, Row> window(Iterator<Row> rows, Stage opened, int size) {
    return new RowWindow<>(rows, row -> settle(row, opened), size, opened.task()::isInterrupted);
  }

  private Row settle(Row row, Stage opened) throws InterruptedException {
    InlineImages source = new InlineImages(opened.source());
    InMemoryImages pictures = new InMemoryImages();
    Row located = source.located(row);
    String key = RowKey.of(located, digest);
    StructType withKey = located.schema().add(RowColumns.KEY, DataTypes.StringType);
    Row keyed = new GenericRowWithSchema(with(located, key), withKey);
    RowPipeline work = work(source, pictures, opened);
    Outcome outcome = teller.read(keyed, key).then(valid -> work.run(valid, Optional.empty()));
    ExecutorMetrics.ofJvm().add(outcome);
    Row meta = teller.told(keyed, key, outcome, FIRST_ATTEMPT).meta();
    return withImages(meta, outcome, pictures);
  }

  private RowPipeline work(InlineImages source, InMemoryImages pictures, Stage opened) {
    return new RowPipeline(
        opened.model(),
        source,
        new ImageFileWriter(pictures),
        new PreviewWriter(pictures, 0),
        settings.images(),
        opened.end());
  }

  private Row withImages(Row meta, Outcome outcome, InMemoryImages pictures) {
    List<byte[]> files = outcome instanceof Outcome.Succeeded ? pictures.files() : List.of();
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
}
