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

/** A manifest that is built row by row, run as one job, and the meta rows of its result. */
public final class JobRows {

  /** The width and height of the default photo, a grey gradient, and of the default mask. */
  static final int SIDE = 64;

  private final Path folder;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private JobResult result;
  private List<Row> meta;

  public JobRows(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    if (Files.notExists(file("mask.png"))) { // written anew, they would be other files
      ImageFiles.write(file("photo.png"), SIDE, SIDE, (x, y) -> 2 * x + y);
      ImageFiles.write(file("mask.png"), SIDE, SIDE, (x, y) -> x >= SIDE / 2 ? 255 : 0);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** Writes a file to the job's folder. */
  Path file(String name, byte[] bytes) throws IOException {
    return Files.write(file(name), bytes);
  }

  /**
   * Adds a row that is valid unless fields make it invalid.
   *
   * @param fields names and values in turn; they replace those of a valid row
   */
  public JobRows row(String id, Object... fields) {
    return line(validRow(id, fields).toString());
  }

  JobRows line(String line) {
    return bytes((line + "\n").getBytes(UTF_8));
  }

  JobRows bytes(byte[] bytes) {
    lines.writeBytes(bytes);
    return this;
  }

  ObjectNode validRow(String id, Object... fields) {
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

  /** Runs the job, which must process all rows, even if they fail. */
  public JobResult run(String conf) throws IOException {
    result = JobResult.run(folder, "rows.jsonl", lines.toByteArray(), conf).isComplete();
    meta = result.meta();
    return result;
  }

  /** Writes the job without running it; returns its configuration file. */
  Path writeJob(String conf) throws IOException {
    file("rows.jsonl", lines.toByteArray());
    return Files.writeString(file("job.conf"), JobResult.baseConf("rows.jsonl") + conf);
  }

  JobResult result() {
    return result;
  }

  List<Row> meta() {
    return meta;
  }

  /** All failed meta rows with an error code. */
  List<Row> failed(ErrorCode code) {
    return meta.stream().filter(row -> code.name().equals(code(row))).toList();
  }

  /** The only meta row of an id. */
  Row of(String id) {
    List<Row> rows = meta.stream().filter(row -> id.equals(row.getAs("id"))).toList();
    assertThat(rows).as("meta rows of %s", id).hasSize(1);
    return rows.get(0);
  }

  /** Checks that a row failed with an error code and a message that contains some strings. */
  void isFailed(String id, ErrorCode code, String... messages) {
    Row row = of(id);
    assertThat(row.<String>getAs("status")).isEqualTo("failed");
    assertThat(code(row))
        .as("code of %s with the message %s", id, message(row))
        .isEqualTo(code.name());
    if (messages.length > 0) {
      assertThat(message(row)).contains(messages);
    }
    assertThat(row.<String>getList(row.fieldIndex("output"))).isEmpty();
  }

  /** The image of a row, which must have succeeded. */
  RgbImage image(String id) {
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

  /** Concatenates bytes. */
  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
