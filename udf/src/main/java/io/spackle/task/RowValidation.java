package io.spackle.task;

import io.spackle.row.ErrorCode;
import io.spackle.row.ManifestRow;
import io.spackle.row.Outcome;
import io.spackle.row.RowColumns;
import io.spackle.row.RowException;
import io.spackle.row.RowMask;
import io.spackle.row.RowReader;
import io.spackle.source.ImageSource;
import io.spackle.spark.MappedIterator;
import io.spackle.spark.SparkTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The validation of manifest rows without network access: whether each can be run, and its
 * parameters.
 */
public final class RowValidation implements MapPartitionsFunction<Row, Row> {

  private static final long serialVersionUID = 1L;

  /** A column of the caller that is passed through. */
  public static final String STATE = "_spackle_state";

  /**
   * The columns of the result: the line of the manifest, the row's id, and either why it cannot be
   * run or its {@link WorkShape} and number of samples.
   */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          STATE
              + " string, line long, id string, code string, message string, "
              + WorkShape.COLUMNS
              + ", samples int");

  private final TaskSettings settings;
  private final RowReader reader;

  public RowValidation(TaskSettings settings) {
    this.settings = settings;
    this.reader = settings.reader();
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    ImageSource source = ExecutorContext.ofJvm().source(settings, new SparkTask(TaskContext.get()));
    return new MappedIterator<>(rows, row -> checked(row, source));
  }

  private Row checked(Row row, ImageSource source) {
    try {
      RowReader.Result result = reader.read(row);
      return result instanceof RowReader.Valid valid
          ? checked(row, valid.row(), source)
          : failed(row, ((RowReader.Invalid) result).outcome());
    } catch (RuntimeException e) { // must not fail the other rows
      return failed(row, null, ErrorCode.INTERNAL, "an internal error: " + e);
    }
  }

  private Row checked(Row manifest, ManifestRow row, ImageSource source) {
    try {
      check(RowColumns.INIT_IMAGE, row.locations().init(), source);
      if (row.locations().mask() instanceof RowMask.File mask) {
        check(RowColumns.MASK_IMAGE, mask.location(), source);
      }
      check(RowColumns.REFERENCE_IMAGE, row.locations().reference(), source);
      if (row.locations().exclude() != null
          && settings.images().copiesPixels(row, settings.rows().traits())) {
        check(RowColumns.EXCLUDE_IMAGE, row.locations().exclude(), source);
      }
      return row(
          manifest,
          Arrays.asList(row.id(), null, null),
          WorkShape.of(row, settings.rows().traits()).values(),
          row.parameters().samples());
    } catch (RowException e) {
      return failed(manifest, row.id(), e.code(), e.getMessage());
    }
  }

  private static void check(String column, String location, ImageSource source) {
    if (location == null) {
      return;
    }
    try {
      source.check(location);
    } catch (RowException e) {
      throw e.in(column);
    }
  }

  private static Row failed(Row manifest, Outcome.Failed failed) {
    return failed(manifest, failed.id(), failed.code(), failed.message());
  }

  private static Row failed(Row manifest, String id, ErrorCode code, String message) {
    return row(manifest, Arrays.asList(id, code.name(), message), WorkShape.noValues(), null);
  }

  private static Row row(Row manifest, List<Object> verdict, List<Object> shape, Integer samples) {
    List<Object> values = new ArrayList<>();
    values.add(manifest.getAs(STATE));
    values.add(manifest.getAs(RowColumns.LINE));
    values.addAll(verdict);
    values.addAll(shape);
    values.add(samples);
    return RowFactory.create(values.toArray());
  }
}
