package io.spackle.task;

import io.spackle.row.ManifestRow;
import io.spackle.row.RowReader;
import io.spackle.row.RowReader.Valid;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.StructType;

/**
 * A function from a manifest row to the shape of its images, as far as the manifest tells it, and
 * how much work they are.
 */
public final class RowShapes implements UDF1<Row, Row> {

  private static final long serialVersionUID = 1L;

  /** The bucket of the shape: rows of a shape have the same, few shapes share one. */
  public static final String BUCKET = "bucket";

  /** The approximate work of the row, see {@link WorkShape#work}; 0 if the row is invalid. */
  public static final String WORK = "work";

  /** The type of the result. */
  public static final StructType TYPE = StructType.fromDDL(BUCKET + " int, " + WORK + " double");

  /** Limits what the driver holds of the rows' distribution. */
  static final int BUCKETS = 1024;

  private static final Row NO_WORK = RowFactory.create(0, 0.0);

  private final TaskSettings settings;
  private final RowReader reader;

  public RowShapes(TaskSettings settings) {
    this.settings = settings;
    this.reader = settings.reader();
  }

  @Override
  public Row call(Row row) {
    try {
      return reader.read(row) instanceof Valid valid ? shape(valid.row()) : NO_WORK;
    } catch (RuntimeException e) { // the row fails in its task, with this error
      return NO_WORK;
    }
  }

  private Row shape(ManifestRow row) {
    WorkShape shape = WorkShape.of(row, settings.rows().traits());
    int bucket = Math.floorMod(shape.toString().hashCode(), BUCKETS);
    return RowFactory.create(bucket, shape.work() * row.parameters().samples());
  }
}
