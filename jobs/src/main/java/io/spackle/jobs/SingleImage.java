package io.spackle.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.codec.ImageCodec;
import io.spackle.conf.Problems;
import io.spackle.conf.RefusedException;
import io.spackle.conf.ResolvedConf;
import io.spackle.conf.TaskConf;
import io.spackle.graph.Device;
import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import io.spackle.row.RowReader;
import io.spackle.task.InpaintRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One image to inpaint in this process, checked. It is processed as a row of a job is.
 *
 * @param row with the input files themselves in place of their locations
 * @param options the option and the path of each input file, by column
 */
record SingleImage(ResolvedConf conf, Row row, Map<String, String> options) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The options of the input files, by column. */
  private static final Map<String, String> FILES = new LinkedHashMap<>();

  static {
    FILES.put(RowColumns.INIT_IMAGE, "--image");
    FILES.put(RowColumns.MASK_IMAGE, "--mask");
    FILES.put(RowColumns.REFERENCE_IMAGE, "--reference");
    FILES.put(RowColumns.EXCLUDE_IMAGE, "--exclude");
  }

  /**
   * Reads and checks all inputs; no graph is loaded and nothing is written.
   *
   * @param fields of a manifest row, by name; the locations are paths
   * @param problems receives all problems; the result is valid only if there are none
   */
  static SingleImage check(TaskConf conf, Map<String, String> fields, Problems problems) {
    ResolvedConf resolved = problems.attempt("the model", () -> resolved(conf));
    if (resolved != null) {
      problems.attempt("the row", () -> checkFields(resolved, fields));
    }
    problems.attempt("the device", () -> device(conf));
    Map<String, Object> values = new LinkedHashMap<>(fields);
    values.put(RowColumns.SAMPLES, 1);
    Map<String, String> options = new LinkedHashMap<>();
    FILES.forEach(
        (column, option) -> {
          String path = fields.get(column);
          if (path != null) {
            String named = option + " " + path;
            options.put(column, named);
            values.put(column, problems.attempt(named, () -> file(conf, Path.of(path))));
          }
        });
    return new SingleImage(resolved, row(values), options);
  }

  private static ResolvedConf resolved(TaskConf conf) {
    Problems problems = new Problems();
    ResolvedConf resolved = ResolvedConf.of(conf, new Configuration(), problems);
    problems.refuse();
    return resolved;
  }

  private static Void checkFields(ResolvedConf conf, Map<String, String> fields) {
    RowReader reader =
        new RowReader(conf.model().traits(), conf.defaults(), conf.model().safety().policy());
    if (reader.read(row(fields)) instanceof RowReader.Invalid invalid) {
      throw new RefusedException(invalid.outcome().message());
    }
    return null;
  }

  private static Device device(TaskConf conf) {
    return Device.resolve(conf.model().device().name().toLowerCase(Locale.ROOT), 0, 0);
  }

  private static byte[] file(TaskConf conf, Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      String found = Files.exists(path) ? " is not a file" : " does not exist";
      throw new RefusedException(path + found + ", expected an image");
    }
    byte[] bytes = Files.readAllBytes(path);
    ImageCodec.info(bytes, conf.images().limits());
    return bytes;
  }

  private static Row row(Map<String, ?> values) {
    StructType schema = new StructType();
    for (Map.Entry<String, ?> value : values.entrySet()) {
      schema = schema.add(value.getKey(), type(value.getValue()));
    }
    return new GenericRowWithSchema(values.values().toArray(), schema);
  }

  private static DataType type(Object value) {
    if (value instanceof byte[]) {
      return DataTypes.BinaryType;
    }
    return value instanceof Integer ? DataTypes.IntegerType : DataTypes.StringType;
  }

  /**
   * Inpaints the image and writes the result; missing folders are created.
   *
   * @return the result as one JSON object
   * @throws RefusedException if the image cannot be inpainted
   * @throws io.spackle.graph.InvalidModelException if the model cannot be loaded
   * @throws IOException if the result cannot be written
   */
  String inpaint(Path out) throws IOException {
    long start = System.nanoTime();
    InpaintRows rows =
        new InpaintRows(conf.settings(row.schema(), null), conf.digest(), row.schema());
    Row result = rows.inpaint(row);
    if (result.getAs("status").equals(MetaRow.SKIPPED)) {
      throw new RefusedException(
          "nothing found to mask, and the entry below masks has empty = skip: no image was"
              + " written");
    }
    if (!result.getAs("status").equals(MetaRow.SUCCESS)) {
      throw new RefusedException(named(result.<Row>getAs("error").<String>getAs("message")));
    }
    Files.createDirectories(out.toAbsolutePath().getParent());
    List<byte[]> images = result.getList(result.fieldIndex(InpaintRows.IMAGES));
    Files.write(out, images.get(0));
    return report(result, out, Duration.ofNanos(System.nanoTime() - start));
  }

  /** A message with the option of a file in place of its column. */
  private String named(String message) {
    for (Map.Entry<String, String> option : options.entrySet()) {
      String column = option.getKey() + ": ";
      if (message.startsWith(column)) {
        return option.getValue() + ": " + message.substring(column.length());
      }
    }
    return message;
  }

  private static String report(Row result, Path out, Duration elapsed)
      throws JsonProcessingException {
    Row meta = result.getAs("meta");
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", "success");
    report.put("output", out.toString());
    for (String field :
        List.of("W", "H", "mask_share", "seed", "steps", "enhanced_prompt", "safety_checker")) {
      report.put(field, meta.getAs(field));
    }
    report.put("notes", result.getList(result.fieldIndex("notes")));
    report.put("seconds", elapsed.toMillis() / 1000.0);
    return JSON.writeValueAsString(report);
  }
}
