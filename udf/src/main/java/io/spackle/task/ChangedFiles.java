package io.spackle.task;

import io.spackle.pipeline.FlightControl;
import io.spackle.pipeline.RowWindow;
import io.spackle.source.FileVersion;
import io.spackle.source.ImageSource;
import io.spackle.spark.SparkTask;
import io.spackle.spark.TaskSignals;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterators;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The files that were replaced since their versions were recorded. Each is asked for on its own, as
 * many at a time as a lane fetches; what cannot be found out counts as unchanged.
 */
public final class ChangedFiles implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /** The columns of the input, in their order. */
  public static final StructType INPUT =
      StructType.fromDDL("key string, location string, recorded string");

  /** The column of the result: the keys of the rows of changed files. */
  public static final StructType SCHEMA = StructType.fromDDL("key string");

  private final TaskSettings settings;

  public ChangedFiles(TaskSettings settings) {
    this.settings = settings;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> files) {
    if (!files.hasNext()) {
      return Collections.emptyIterator();
    }
    TaskSignals task = new SparkTask(TaskContext.get());
    ImageSource source = ExecutorContext.ofJvm().source(settings, task);
    int fetches = settings.lane().fetches();
    RowWindow<Row, Optional<Row>> window =
        new RowWindow<>(
            files,
            file -> changed(file, source),
            new FlightControl(fetches, fetches),
            task::isInterrupted);
    task.onCompletion(window::close);
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(window, 0), false)
        .flatMap(Optional::stream)
        .iterator();
  }

  private static Optional<Row> changed(Row file, ImageSource source) throws InterruptedException {
    return source
        .version(file.getString(1))
        .filter(current -> FileVersion.isChanged(file.getString(2), current))
        .map(current -> RowFactory.create(file.getString(0)));
  }
}
