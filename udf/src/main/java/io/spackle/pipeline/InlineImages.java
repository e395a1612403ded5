package io.spackle.pipeline;

import io.spackle.row.RowColumns;
import io.spackle.row.Sha256;
import io.spackle.source.Fetching;
import io.spackle.source.ImageSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The image source of one row whose cells may contain the images themselves: such an image gets a
 * location derived from its content, which goes into the row's key and its meta row.
 */
public final class InlineImages implements ImageSource {

  private static final String PREFIX = "sha256:";

  private final ImageSource others;
  private final Map<String, byte[]> inline = new HashMap<>();

  /**
   * @param others for images that the row does not contain; stays open
   */
  public InlineImages(ImageSource others) {
    this.others = others;
  }

  /** The row with locations in place of its images, which can then be fetched from this source. */
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
  public byte[] fetch(String location, Fetching fetching) throws InterruptedException {
    byte[] file = inline.get(location);
    return file == null ? others.fetch(location, fetching) : file;
  }

  @Override
  public Optional<String> version(String location) throws InterruptedException {
    return inline.containsKey(location) ? Optional.empty() : others.version(location);
  }

  @Override
  public void check(String location) {
    if (!inline.containsKey(location)) {
      others.check(location);
    }
  }

  private String location(byte[] file) {
    String location = PREFIX + Sha256.hex(file);
    inline.put(location, file);
    return location;
  }

  private static boolean isImage(StructField field) {
    return RowColumns.IMAGES.stream().anyMatch(field.name()::equalsIgnoreCase);
  }
}
