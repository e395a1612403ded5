package io.spackle.jobs;

import io.spackle.bundle.ModelBundle;
import io.spackle.codec.DecodeLimits;
import io.spackle.codec.ImageCodec;
import io.spackle.codec.ImageFormat;
import io.spackle.family.Families;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.Inpainter;
import io.spackle.family.SchedulerChoice;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Frame;
import io.spackle.image.Framing;
import io.spackle.image.FramingOptions;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import io.spackle.jobs.driver.SparkSessions;
import io.spackle.sql.SpackleExtensions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;

/**
 * Measures jobs against a bare loop over the engine with decoded inputs, and queries with {@code
 * inpaint} against jobs, alternately, and prints the ratios.
 *
 * <p>Arguments: bundle, side in pixels, steps, rows. The time of a job starts with its command,
 * when Spark runs and the model is open; that of a query includes its analysis, and its results are
 * written to Parquet.
 */
final class JobBench {

  private static final int ROUNDS = 3;
  private static final int BATCH = 8;
  private static final String PROMPT = "a plain wall";

  private final Path bundle;
  private final int side;
  private final int steps;
  private final int rows;

  private JobBench(Path bundle, int side, int steps, int rows) {
    this.bundle = bundle;
    this.side = side;
    this.steps = steps;
    this.rows = rows;
  }

  public static void main(String[] args) throws Exception {
    System.setProperty("spark.sql.extensions", SpackleExtensions.class.getName());
    JobBench bench =
        new JobBench(
            Path.of(args[0]).toAbsolutePath(),
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]));
    bench.run();
    SparkSessions.stop();
  }

  private void run() throws Exception {
    Path folder = Files.createTempDirectory("spackle-bench");
    writeManifest(folder);
    job(folder, folder.resolve("warm-up")); // starts Spark and opens the model
    query(folder, folder.resolve("warm-up-query"));
    List<Double> jobs = new ArrayList<>();
    List<Double> queries = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double bare = bareLoop();
      double job = job(folder, folder.resolve("" + round));
      double query = query(folder, folder.resolve("query-" + round));
      jobs.add(job / bare);
      queries.add(query / job);
      System.out.printf(
          "  round %d: bare %.3f, job %.3f, query %.3f images per second%n",
          round, bare, job, query);
    }
    print("job / bare loop, images per second", jobs);
    print("query / job, images per second", queries);
  }

  /** Images per second of the engine in full batches; inputs are decoded and framed before. */
  private double bareLoop() throws Exception {
    try (Inpainter inpainter = Families.open(ModelBundle.open(bundle), Device.cpu(0))) {
      List<InpaintInput> subjects = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        subjects.add(subject(i));
      }
      double seconds =
          seconds(
              () -> {
                for (int from = 0; from < rows; from += BATCH) {
                  inpainter.inpaint(
                      plan(),
                      subjects.subList(from, Math.min(from + BATCH, rows)),
                      new Cancellation());
                }
                return null;
              });
      return rows / seconds;
    }
  }

  /** Images per second of the job. */
  private double job(Path folder, Path output) throws IOException {
    return BenchJob.imagesPerSecond(
        folder.resolve("job.conf").toString(),
        "-D",
        "output.path=" + output,
        "-D",
        "model.path=" + bundle);
  }

  /** Images per second of a query over the same rows. */
  private double query(Path folder, Path output) throws Exception {
    SparkSession spark = SparkSession.active();
    Map.of(
            "model.path", bundle.toString(),
            "fetch.allow-files", "[\"" + folder + "\"]",
            "defaults.width", "" + side,
            "defaults.height", "" + side,
            "defaults.num-inference-steps", "" + steps)
        .forEach((key, value) -> spark.conf().set("spark.spackle." + key, value));
    String call =
        "inpaint('%1$s/' || init_image, '%1$s/' || mask_image, prompt, map('seed', seed)) AS result"
            .formatted(folder);
    double seconds =
        seconds(
            () -> {
              spark
                  .read()
                  .json(folder.resolve("manifest.jsonl").toString())
                  .selectExpr(call)
                  .write()
                  .parquet(output.toString());
              return null;
            });
    long done = spark.read().parquet(output.toString()).where("result.status = 'success'").count();
    if (done != rows) {
      throw new IllegalStateException(done + " of " + rows + " rows succeeded");
    }
    return rows / seconds;
  }

  private void writeManifest(Path folder) throws IOException {
    Files.write(folder.resolve("photo.png"), ImageCodec.encode(photo(), ImageFormat.PNG));
    Files.write(folder.resolve("mask.png"), ImageCodec.encode(maskImage(), ImageFormat.PNG));
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      manifest.append(
          """
          {"init_image": "photo.png", "mask_image": "mask.png", "prompt": "%s", "seed": %d}
          """
              .formatted(PROMPT, i));
    }
    Files.writeString(folder.resolve("manifest.jsonl"), manifest);
    Files.writeString(
        folder.resolve("job.conf"),
        """
        spackle {
          manifest { path = manifest.jsonl, base = "." }
          fetch.allow-files = ["."]
          defaults { width = %1$d, height = %1$d, num-inference-steps = %2$d }
        }
        """
            .formatted(side, steps));
  }

  private InpaintInput subject(int seed) {
    byte[] mask = ImageCodec.encode(maskImage(), ImageFormat.PNG);
    Frame frame =
        Framing.frame(
            photo(),
            ImageCodec.decodeMask(mask, DecodeLimits.defaults()),
            side,
            side,
            1,
            FramingOptions.defaults());
    return new InpaintInput(frame.image(), frame.mask(), PROMPT, null, null, seed);
  }

  /** A gradient with noise, which compresses about as well as a photo. */
  private RgbImage photo() {
    byte[] pixels = new byte[3 * side * side];
    Random grain = new Random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i / 3 % side * 200 / side + grain.nextInt(24));
    }
    return new RgbImage(side, side, pixels);
  }

  /** A mask whose middle ninth is white. */
  private RgbImage maskImage() {
    byte[] pixels = new byte[3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      int column = i / 3 % side * 3 / side;
      int row = i / 3 / side * 3 / side;
      pixels[i] = (byte) (column == 1 && row == 1 ? 255 : 0);
    }
    return new RgbImage(side, side, pixels);
  }

  private InpaintParameters plan() {
    return new InpaintParameters(
        side,
        side,
        new InpaintParameters.Sampling(steps, 7.5, 1.0, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  private static double seconds(Callable<?> work) throws Exception {
    long start = System.nanoTime();
    work.call();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void print(String what, List<Double> ratios) {
    System.out.printf(
        "%s: %.3f (%.3f to %.3f)%n",
        what, median(ratios), Collections.min(ratios), Collections.max(ratios));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
