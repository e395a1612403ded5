package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.jobs.driver.SparkSessions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileUtil;

/**
 * Measures the job on an S3 server that answers 5% of all requests 503 SlowDown against the same
 * job on a calm one, in turn, and prints the ratio.
 *
 * <p>Arguments: bundle, side in pixels, steps, rows. Manifest, inputs and output are on S3.
 */
final class S3Bench {

  private static final int ROUNDS = 5;
  private static final double BUSY = 0.05;

  private final S3Server server = S3Server.ofTests();
  private final Path folder;
  private final Path bundle;
  private final int rows;

  private S3Bench(Path folder, Path bundle, int rows) {
    this.folder = folder;
    this.bundle = bundle;
    this.rows = rows;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("spackle-s3-bench");
    S3Bench bench =
        new S3Bench(folder, Path.of(args[0]).toAbsolutePath(), Integer.parseInt(args[3]));
    bench.fill(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    bench.run();
    SparkSessions.stop();
    FileUtil.fullyDelete(folder.toFile());
  }

  private void run() throws IOException {
    speed("warm", 0);
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double calm = speed("calm" + round, 0);
      double busy = speed("busy" + round, BUSY);
      int requests = server.proxy().requests().size();
      System.out.printf(
          "round %d: calm %.1f, busy %.1f images per second; %d of %d requests answered 503%n",
          round, calm, busy, server.proxy().refused(), requests);
      ratios.add(busy / calm);
    }
    List<Double> sorted = ratios.stream().sorted().toList();
    System.out.printf(
        "busy against calm: %.3f (%.3f to %.3f)%n",
        sorted.get(ROUNDS / 2), sorted.get(0), sorted.get(ROUNDS - 1));
  }

  private double speed(String output, double share) throws IOException {
    server.proxy().refuse(share);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    String[] args = {
      folder.resolve("job.conf").toString(), "-D", "output.path=s3a://bench/" + output
    };
    InpaintJob.run(args, new PrintStream(line, true, UTF_8), System.err);
    JsonNode end = new ObjectMapper().readTree(line.toString(UTF_8));
    if (end.get("images").asInt() != rows) {
      throw new IllegalStateException(rows + " images expected: " + end);
    }
    return end.get("images_per_second").asDouble();
  }

  private void fill(int side, int steps) throws IOException {
    server.bucket("bench");
    Path input = Files.createDirectory(folder.resolve("input"));
    ImageFiles.write(input.resolve("photo.png"), side, side, (x, y) -> 2 * x + y & 255);
    ImageFiles.write(input.resolve("mask.png"), side, side, (x, y) -> x > y ? 255 : 0);
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      manifest.append(
          """
          {"init_image": "photo.png", "mask_image": "mask.png", "prompt": "a wall", "seed": %d}
          """
              .formatted(i));
    }
    Files.writeString(input.resolve("rows.jsonl"), manifest);
    server.upload(input, "s3a://bench/input");
    String options =
        server.options().entrySet().stream()
            .map(option -> "\"%s\" = \"%s\"".formatted(option.getKey(), option.getValue()))
            .collect(Collectors.joining("\n    "));
    Files.writeString(
        folder.resolve("job.conf"),
        """
        include file("%s")
        spackle {
          manifest { path = "s3a://bench/input/rows.jsonl", base = "s3a://bench/input" }
          model { path = "%s", device = cpu }
          fetch.allow-files = ["s3a://bench"]
          defaults { width = %3$d, height = %3$d, num-inference-steps = %4$d }
          hadoop.options {
            %5$s
          }
        }
        """
            .formatted(
                Path.of("conf/profiles/s3.conf").toAbsolutePath(), bundle, side, steps, options));
  }
}
