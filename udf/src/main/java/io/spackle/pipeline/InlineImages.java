package io.spackle.pipeline;

import io.spackle.row.RowColumns;
import io.spackle.row.Sha256;
import io.spackle.source.ImageSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The source of one row that may hold its images itself: such an image gets a location made of its
 * content, so that the row is known by it and its meta row tells it.
 */
public final class InlineImages implements ImageSource {

  private static final String PREFIX = "sha256:";

  private final ImageSource others;
  private final Map<String, byte[]> own = new HashMap<>();

  /**
   * @param others for images that the row does not hold; stays open
   */
  public InlineImages(ImageSource others) {
    this.others = others;
  }

  /** The row with locations in place of its images, which can be fetched here from now on. */
  public Row located(Row row) {
    StructField[] fields = row.schema().fields();
    Object[] values = new Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      Object value = row.get(i);
      values[i] = isImage(fields[i]) && value instanceof byte[] file ? location(file) : value;
    }
    return new GenericRowWithSchema(values, new StructType(fields));
  }

  @Override
  public byte[] fetch(String location) throws InterruptedException {
    byte[] file = own.get(location);
    return file == null ? others.fetch(location) : file;
  }

  @Override
  public void check(String location) {
    if (!own.containsKey(location)) {
      others.check(location);
    }
  }

  @Override
  public void close() {}

  private String location(byte[] file) {
    String location = PREFIX + Sha256.hex(file);
    own.put(location, file);
    return location;
  }

  private static boolean isImage(StructField field) {
    return List.of(RowColumns.INIT_IMAGE, RowColumns.MASK_IMAGE).stream()
        .anyMatch(field.name()::equalsIgnoreCase);
  }
}
