package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spackle.image.RgbImage;
import io.spackle.row.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;

/** Rows with something bad in them, run as one job, and what became of each. */
public final class JobRows {

  /** The photo of a row that says nothing else: a gradient of grey. */
  static final int SIDE = 64;

  private final Path folder;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private JobResult end;
  private List<Row> meta;

  public JobRows(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    ImageFiles.write(folder.resolve("photo.png"), SIDE, SIDE, (x, y) -> 2 * x + y);
    ImageFiles.write(folder.resolve("mask.png"), SIDE, SIDE, (x, y) -> x >= SIDE / 2 ? 255 : 0);
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** A file in the job's folder. */
  Path file(String name, byte[] bytes) throws IOException {
    return Files.write(file(name), bytes);
  }

  /**
   * A row that would be painted.
   *
   * @param fields name, value, name, value and so on: texts, numbers or null, over those of the row
   */
  public JobRows row(String id, Object... fields) {
    return line(good(id, fields).toString());
  }

  JobRows line(String line) {
    return bytes((line + "\n").getBytes(UTF_8));
  }

  JobRows bytes(byte[] bytes) {
    lines.writeBytes(bytes);
    return this;
  }

  ObjectNode good(String id, Object... fields) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("id", id);
    row.put("init_image", file("photo.png").toString());
    row.put("mask_image", file("mask.png").toString());
    row.put("prompt", "a plain wall");
    for (int i = 0; i < fields.length; i += 2) {
      row.putPOJO((String) fields[i], fields[i + 1]);
    }
    return row;
  }

  /** Runs the job, which must end well whatever its rows are. */
  public JobResult run(String conf) throws IOException {
    end = JobResult.run(folder, "rows.jsonl", lines.toByteArray(), conf).isDone();
    meta = end.meta();
    return end;
  }

  /** Writes the job without running it; returns its configuration. */
  Path writeJob(String conf) throws IOException {
    file("rows.jsonl", lines.toByteArray());
    return Files.writeString(file("job.conf"), JobResult.ownConf("rows.jsonl") + conf);
  }

  JobResult end() {
    return end;
  }

  List<Row> meta() {
    return meta;
  }

  /** All meta rows that failed with a code. */
  List<Row> failed(ErrorCode code) {
    return meta.stream().filter(row -> code.name().equals(code(row))).toList();
  }

  /** The one meta row of an id. */
  Row of(String id) {
    List<Row> rows = meta.stream().filter(row -> id.equals(row.getAs("id"))).toList();
    assertThat(rows).as("meta rows of %s", id).hasSize(1);
    return rows.get(0);
  }

  /** Checks that a row failed with a code, and that its message says all of this. */
  void isRefused(String id, ErrorCode code, String... says) {
    Row row = of(id);
    assertThat(row.<String>getAs("status")).isEqualTo("failed");
    assertThat(code(row)).as("code of %s, which says %s", id, message(row)).isEqualTo(code.name());
    if (says.length > 0) {
      assertThat(message(row)).contains(says);
    }
    assertThat(row.<String>getList(row.fieldIndex("output"))).isEmpty();
  }

  /** The image of a row, which must have one. */
  RgbImage painted(String id) {
    Row row = of(id);
    assertThat(message(row)).as("message of %s", id).isNull();
    try {
      return ImageFiles.read(Path.of(row.<String>getList(row.fieldIndex("output")).get(0)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static String code(Row meta) {
    Row error = meta.getAs("error");
    return error == null ? null : error.getAs("code");
  }

  static String message(Row meta) {
    Row error = meta.getAs("error");
    return error == null ? null : error.getAs("message");
  }

  /** Bytes one after another. */
  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
