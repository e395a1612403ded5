package io.spackle.jobs.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.jobs.files.AtomicFiles;
import io.spackle.row.MetaRow;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Meta rows, staged ones too, as lines of text: quick to write and to check, in place of Parquet.
 */
final class MetaLines implements MetaFormat {

  private static final StructType TIMINGS = StructType.fromDDL("paint_ms double");
  private static final StructType META =
      StructType.fromDDL(
          MetaRow.ROW_KEY
              + " string, status string, output array<string>, error struct<code: string>,"
              + " timings struct<paint_ms: double>");

  /**
   * A meta row.
   *
   * @param image name of the image, or empty if the row failed
   * @param paintMillis different for each time that a row is processed
   * @param replaces key of the meta row that it replaces if it is staged; otherwise empty
   */
  record Line(String key, String image, int paintMillis, String replaces) {

    /** The same row as it is published. */
    Line published() {
      return new Line(key, image, paintMillis, "");
    }

    boolean isFailed() {
      return image.isEmpty();
    }

    /** As a row with the columns that webhooks need. */
    Row row() {
      List<String> images = isFailed() ? List.of() : List.of(image);
      return new GenericRowWithSchema(
          new Object[] {
            key,
            isFailed() ? MetaRow.FAILED : MetaRow.SUCCESS,
            CollectionConverters.asScala(images).toSeq(),
            null,
            new GenericRowWithSchema(new Object[] {(double) paintMillis}, TIMINGS)
          },
          META);
    }

    static Line of(Row row) {
      List<String> images = row.getList(2);
      return new Line(
          row.getString(0),
          images.isEmpty() ? "" : images.get(0),
          (int) row.getStruct(4).getDouble(0),
          row.length() > META.length() ? row.getString(META.length()) : "");
    }
  }

  static List<Line> parsed(byte[] content) {
    return new String(content, UTF_8).lines().map(MetaLines::parsed).toList();
  }

  private static Line parsed(String line) {
    String[] parts = line.split(" ", -1);
    return new Line(parts[0], parts[1], Integer.parseInt(parts[2]), parts[3]);
  }

  @Override
  public byte[] bytes(List<Row> rows) {
    return content(rows.stream().map(Line::of).toList());
  }

  /** The content of a file with these lines. */
  static byte[] content(List<Line> lines) {
    return lines.stream()
        .map(
            line ->
                line.key()
                    + " "
                    + line.image()
                    + " "
                    + line.paintMillis()
                    + " "
                    + line.replaces()
                    + "\n")
        .collect(Collectors.joining())
        .getBytes(UTF_8);
  }

  @Override
  public Set<String> keys(AtomicFiles files, Path file) throws IOException {
    return parsed(files.read(file)).stream().map(Line::key).collect(Collectors.toSet());
  }
}
