package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;

/**
 * How a job in the tests' Spark session ended, whatever its end was.
 *
 * @param line that it printed last
 * @param messages for whoever started it
 * @param output its folder
 */
public record JobResult(int code, JsonNode line, String messages, Path output) {

  /**
   * Runs a job whose manifest, configuration and output lie in one folder.
   *
   * @param manifest file name and content of the rows; no file is written where it is null
   * @param conf HOCON, counting more than what every such job has
   */
  public static JobResult run(Path folder, String name, byte[] manifest, String conf)
      throws IOException {
    Files.createDirectories(folder);
    if (manifest != null) {
      Files.write(folder.resolve(name), manifest);
    }
    return of(Files.writeString(folder.resolve("job.conf"), ownConf(name) + conf));
  }

  /** Runs the job of a configuration whose output is the folder {@code out} beside it. */
  static JobResult of(Path conf) throws IOException {
    return of(conf, conf.resolveSibling("out"));
  }

  /**
   * Runs the job of a configuration.
   *
   * @param output of that job
   * @param options of the command
   */
  static JobResult of(Path conf, Path output, String... options) throws IOException {
    TestSpark.session();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int code =
        InpaintJob.run(
            Stream.concat(Stream.of(conf.toString()), Stream.of(options)).toArray(String[]::new),
            new PrintStream(out, true, UTF_8),
            new PrintStream(messages, true, UTF_8));
    JsonNode line = new ObjectMapper().readTree(out.toString(UTF_8));
    return new JobResult(code, line, messages.toString(UTF_8), output);
  }

  public static JobResult run(Path folder, String manifest, String conf) throws IOException {
    return run(folder, "rows.jsonl", manifest.getBytes(UTF_8), conf);
  }

  /** The fast model that does next to nothing, and the job's own folder to read from. */
  static String ownConf(String manifest) {
    return """
    spackle {
      manifest.path = "%s"
      output.path = out
      model { path = "%s", device = cpu }
      defaults { width = 64, height = 64, num-inference-steps = 2 }
      image.resize = original
      fetch.allow-files = [.], report.enabled = false
    }
    """
        .formatted(manifest, TestJob.bundle("idle-sd15-inpaint"));
  }

  /** Checks that nothing was done, and that all of these are said. */
  public void isRefused(String... problems) {
    assertThat(code).as(messages).isEqualTo(2);
    assertThat(line.path("status").asText()).isEqualTo("refused");
    assertThat(messages).contains(problems);
  }

  public JobResult isDone() {
    assertThat(code).as(messages).isZero();
    return this;
  }

  List<Row> meta() {
    return TestSpark.session().read().parquet(output.resolve("meta").toString()).collectAsList();
  }

  JsonNode summary() throws IOException {
    return new ObjectMapper().readTree(output.resolve("summary.json").toFile());
  }
}
