package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/**
 * The results of a job that ran to its end in the tests' Spark session.
 *
 * @param line its closing line
 * @param meta its meta rows by id
 */
record TestJob(JsonNode line, Map<String, Row> meta) {

  /** Runs a job in a folder, with the output in {@code out}; it must process all rows. */
  static TestJob run(Path folder, String manifest, String conf) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("rows.jsonl"), manifest);
    JobResult result =
        JobResult.of(Files.writeString(folder.resolve("job.conf"), NO_REPORT + conf + PATHS))
            .isComplete();
    return new TestJob(result.line(), byId(result.meta()));
  }

  /** Most tests do without the report, which takes a second; their configuration may enable it. */
  private static final String NO_REPORT = "spackle.report.enabled = false\n";

  /** What all these jobs have in common. */
  static final String PATHS =
      """

      spackle {
        manifest.path = rows.jsonl
        output.path = out
        model.device = cpu
      }
      """;

  /** The folder of a model bundle for tests. */
  static Path bundle(String name) {
    return Path.of(System.getProperty("bundles.dir"), name).toAbsolutePath().normalize();
  }

  /** The folder of photos for tests. */
  static Path photos() {
    return Path.of(System.getProperty("photos.dir")).toAbsolutePath().normalize();
  }

  /** The image file of one sample of a row, which must have succeeded. */
  Path image(String id, int sample) {
    Row row = meta.get(id);
    assertThat(row.<Row>getAs("error")).as("error of %s", id).isNull();
    return Path.of(row.<String>getList(row.fieldIndex("output")).get(sample));
  }

  /** The meta rows of an output folder by id; fails if there are duplicates. */
  static Map<String, Row> meta(Path output) {
    return byId(
        TestSpark.session().read().parquet(output.resolve("meta").toString()).collectAsList());
  }

  private static Map<String, Row> byId(List<Row> rows) {
    Map<String, Row> byId = new TreeMap<>();
    rows.forEach(row -> byId.put(row.getAs("id"), row));
    assertThat(byId).hasSameSizeAs(rows);
    return byId;
  }
}
