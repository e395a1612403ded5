package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.driver.SparkSessions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Measures a job over a mixed manifest, of forty schedules and six shapes, against a job over a
 * uniform one with the same work, alternately, and prints the ratio of work per second. The work of
 * a row is its pixels times its steps.
 *
 * <p>Arguments: bundle, side of the uniform rows in pixels, steps of the uniform rows, rows of the
 * mixed manifest. The time of a job starts with its command, when Spark runs and the model is open.
 */
final class MixedBench {

  private static final int ROUNDS = 5;
  private static final List<String> SCHEDULERS =
      List.of(
          "PNDMScheduler",
          "DDIMScheduler",
          "EulerAncestralDiscreteScheduler",
          "DPMSolverMultistepScheduler");

  private final Path folder;
  private final Path bundle;
  private final int side;
  private final int steps;

  private MixedBench(Path folder, Path bundle, int side, int steps) {
    this.folder = folder;
    this.bundle = bundle;
    this.side = side;
    this.steps = steps;
  }

  public static void main(String[] args) throws Exception {
    MixedBench bench =
        new MixedBench(
            Files.createTempDirectory("spackle-bench"),
            Path.of(args[0]).toAbsolutePath(),
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]));
    bench.run(Integer.parseInt(args[3]));
    SparkSessions.stop();
  }

  /** A row's shape and schedule. */
  private record Row(int width, int height, int steps, String scheduler) {

    long work() {
      return (long) width * height * steps;
    }
  }

  private void run(int rows) throws IOException {
    List<Row> mixed = mixed(rows);
    long work = mixed.stream().mapToLong(Row::work).sum();
    Row plain = new Row(side, side, steps, SCHEDULERS.get(0));
    List<Row> uniform = Collections.nCopies((int) Math.round((double) work / plain.work()), plain);
    work("warm-up", uniform); // starts Spark and opens the model
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double one = work("uniform" + round, uniform);
      double many = work("mixed" + round, mixed);
      ratios.add(many / one);
      System.out.printf("  round %d: mixed / uniform %.3f%n", round, many / one);
    }
    List<Double> sorted = ratios.stream().sorted().toList();
    System.out.printf(
        "mixed / uniform, work per second: %.3f (%.3f to %.3f)%n",
        sorted.get(ROUNDS / 2), sorted.get(0), sorted.get(ROUNDS - 1));
  }

  private List<Row> mixed(int rows) {
    int half = side / 2;
    int most = side * 3 / 4;
    int[][] shapes = {
      {side, side}, {side, half}, {half, side}, {most, side}, {side, most}, {most, most}
    };
    List<Row> mixed = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int[] shape = shapes[i % shapes.length];
      mixed.add(
          new Row(
              shape[0],
              shape[1],
              Math.max(1, steps / 2 + i % 10),
              SCHEDULERS.get(i / 10 % SCHEDULERS.size())));
    }
    return mixed;
  }

  /** Runs a job over rows; returns its work per second. */
  private double work(String name, List<Row> rows) throws IOException {
    Path input = Files.createDirectories(folder.resolve(name));
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      String shape = row.width() + "x" + row.height() + ".png";
      if (!Files.exists(input.resolve(shape))) {
        ImageFiles.write(
            input.resolve(shape), row.width(), row.height(), (x, y) -> 2 * x + y & 255);
        ImageFiles.write(
            input.resolve("mask-" + shape), row.width(), row.height(), (x, y) -> x > y ? 255 : 0);
      }
      manifest.append(
          """
          {"init_image": "%1$s", "mask_image": "mask-%1$s", "prompt": "a wall", "seed": %2$d, "width": %3$d, "height": %4$d, "num_inference_steps": %5$d, "scheduler": "%6$s"}
          """
              .formatted(shape, i, row.width(), row.height(), row.steps(), row.scheduler()));
    }
    Files.writeString(input.resolve("manifest.jsonl"), manifest);
    Files.writeString(
        input.resolve("job.conf"),
        """
        spackle {
          manifest { path = manifest.jsonl, base = "." }
          fetch.allow-files = ["."]
          output.path = out
        }
        """);
    double speed = imagesPerSecond(input.resolve("job.conf"));
    return speed / rows.size() * rows.stream().mapToLong(Row::work).sum();
  }

  private double imagesPerSecond(Path conf) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    String[] args = {conf.toString(), "-D", "model.path=" + bundle};
    int code = InpaintJob.run(args, new PrintStream(line, true, UTF_8), System.err);
    if (code != 0) {
      throw new IllegalStateException("the job ended with " + code + ": " + line.toString(UTF_8));
    }
    Map<?, ?> closing = new ObjectMapper().readValue(line.toString(UTF_8), Map.class);
    return ((Number) closing.get("images_per_second")).doubleValue();
  }
}
