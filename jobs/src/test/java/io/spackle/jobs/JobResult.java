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
 * The outcome of a job in the tests' Spark session, whether or not it succeeded.
 *
 * @param code exit code
 * @param line closing line
 * @param messages standard error output
 * @param output the output folder
 */
public record JobResult(int code, JsonNode line, String messages, Path output) {

  /**
   * Runs a job whose manifest, configuration and output are in one folder.
   *
   * @param name file name of the manifest
   * @param manifest content of the manifest; if null, no file is written
   * @param conf HOCON, which takes precedence over {@link #baseConf}
   */
  public static JobResult run(Path folder, String name, byte[] manifest, String conf)
      throws IOException {
    Files.createDirectories(folder);
    if (manifest != null) {
      Files.write(folder.resolve(name), manifest);
    }
    return of(Files.writeString(folder.resolve("job.conf"), baseConf(name) + conf));
  }

  /** Runs the job of a configuration file; the output is the folder {@code out} beside it. */
  static JobResult of(Path conf) throws IOException {
    return of(conf, conf.resolveSibling("out"));
  }

  /**
   * Runs the job of a configuration file.
   *
   * @param output the job's output folder
   * @param options further arguments of the command
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

  /** A configuration with a model that does almost nothing, allowed to read the job's folder. */
  static String baseConf(String manifest) {
    return """
    spackle {
      manifest.path = "%s"
      output.path = out
      model { path = "%s", device = cpu }
      defaults { width = 64, height = 64, num-inference-steps = 2 }
      image.resize = original
      fetch { allow-files = [.], proxy = none }
      report.enabled = false
    }
    """
        .formatted(manifest, TestJob.bundle("idle-sd15-inpaint"));
  }

  /** Checks that the job was refused with all of these problems. */
  public void isRefused(String... problems) {
    assertThat(code).as(messages).isEqualTo(2);
    assertThat(line.path("status").asText()).isEqualTo("refused");
    assertThat(messages).contains(problems);
  }

  /** Checks that the job succeeded. */
  public JobResult isDone() {
    assertThat(code).as(messages).isZero();
    return this;
  }

  /** Checks that all rows were processed, with success or not. */
  JobResult isComplete() {
    assertThat(code).as(messages).isIn(0, 3);
    return this;
  }

  List<Row> meta() {
    return TestSpark.session().read().parquet(output.resolve("meta").toString()).collectAsList();
  }

  JsonNode summary() throws IOException {
    return new ObjectMapper().readTree(output.resolve("summary.json").toFile());
  }
}
