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
 * A job that ran in the tests' Spark session.
 *
 * @param line that the job printed last
 * @param meta its meta rows by their id
 */
record TestJob(JsonNode line, Map<String, Row> meta) {

  /** Runs a job in a folder of its own, which gets {@code out}; it must end well. */
  static TestJob run(Path folder, String manifest, String conf) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("rows.jsonl"), manifest);
    JobResult end =
        JobResult.of(Files.writeString(folder.resolve("job.conf"), NO_REPORT + conf + OWN))
            .isDone();
    return new TestJob(end.line(), byId(end.meta()));
  }

  /**
   * A report takes a second, and one test looks at it; a job's own configuration may ask for it.
   */
  private static final String NO_REPORT = "spackle.report.enabled = false\n";

  /** What such jobs have in common. */
  static final String OWN =
      """

      spackle {
        manifest.path = rows.jsonl
        output.path = out
        model.device = cpu
      }
      """;

  /** Where a bundle of the tests lies. */
  static Path bundle(String name) {
    return Path.of(System.getProperty("bundles.dir"), name).toAbsolutePath().normalize();
  }

  /** Where the photos of the tests lie. */
  static Path photos() {
    return Path.of(System.getProperty("photos.dir")).toAbsolutePath().normalize();
  }

  /** The image of one sample of a row, which must have been painted. */
  Path image(String id, int sample) {
    Row row = meta.get(id);
    assertThat(row.<Row>getAs("error")).as("error of %s", id).isNull();
    return Path.of(row.<String>getList(row.fieldIndex("output")).get(sample));
  }

  /** The meta rows in an output folder by their id; none is there twice. */
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
