package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

/** Jobs of benches, in the Spark session of this process. */
final class BenchJob {

  private BenchJob() {}

  /**
   * Runs a job; returns its closing line.
   *
   * @param args of the command {@code run}
   * @throws IllegalStateException if a row failed or the job did
   */
  static Map<?, ?> run(String... args) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int code = InpaintJob.run(args, new PrintStream(line, true, UTF_8), System.err);
    if (code != 0) {
      throw new IllegalStateException("the job ended with " + code + ": " + line.toString(UTF_8));
    }
    return new ObjectMapper().readValue(line.toString(UTF_8), Map.class);
  }

  /** Images per second of a job, by its closing line. */
  static double imagesPerSecond(String... args) throws IOException {
    return ((Number) run(args).get("images_per_second")).doubleValue();
  }
}
