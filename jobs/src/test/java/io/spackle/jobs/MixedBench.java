package io.spackle.jobs;

import io.spackle.bundle.ModelBundle;
import io.spackle.family.Families;
import io.spackle.family.InpaintInput;
import io.spackle.family.InpaintParameters;
import io.spackle.family.Inpainter;
import io.spackle.family.SchedulerChoice;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.Mask;
import io.spackle.image.MaskReduction;
import io.spackle.image.RgbImage;
import io.spackle.jobs.driver.SparkSessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures a job over a mixed manifest, of forty schedules and six shapes, against a job over a
 * uniform one with the same work, alternately, and prints the ratio of work per second. The work of
 * a row is the time that the engine takes for it in full batches of its shape, measured before: a
 * pixel of a large image costs more than one of a small image.
 *
 * <p>Arguments: bundle, side of the uniform rows in pixels, steps of the uniform rows, rows of the
 * mixed manifest. The time of a job starts with its command, when Spark runs and the model is open.
 */
final class MixedBench {

  private static final int ROUNDS = 5;
  private static final int BATCH = 8;
  private static final int MEASURED_STEPS = 5;
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
  private final Map<Shape, Cost> costs = new HashMap<>();

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

  /** The size of a row's images, in pixels. */
  private record Shape(int width, int height) {}

  /** A row's shape and schedule. */
  private record Row(Shape shape, int steps, String scheduler) {}

  /** The seconds that the engine takes for an image, and for each of its steps. */
  private record Cost(double image, double step) {}

  private void run(int rows) throws IOException {
    List<Row> mixed = mixed(rows);
    Row plain = new Row(new Shape(side, side), steps, SCHEDULERS.get(0));
    try (Inpainter engine = Families.open(ModelBundle.open(bundle), Device.cpu(0))) {
      mixed.forEach(row -> costs.computeIfAbsent(row.shape(), shape -> cost(engine, shape)));
    }
    List<Row> uniform =
        Collections.nCopies((int) Math.round(work(mixed) / work(List.of(plain))), plain);
    workPerSecond("warm-up", uniform); // starts Spark and opens the model
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double one = workPerSecond("uniform" + round, uniform);
      double many = workPerSecond("mixed" + round, mixed);
      ratios.add(many / one);
      System.out.printf("  round %d: mixed / uniform %.3f%n", round, many / one);
    }
    List<Double> sorted = ratios.stream().sorted().toList();
    System.out.printf(
        "mixed / uniform, work per second: %.3f (%.3f to %.3f)%n",
        sorted.get(ROUNDS / 2), sorted.get(0), sorted.get(ROUNDS - 1));
  }

  /** On the canvas that the job pads images of the shape to. */
  private static Cost cost(Inpainter engine, Shape ofImage) {
    int multiple = engine.traits().sizes().multiple();
    Shape shape = new Shape(padded(ofImage.width(), multiple), padded(ofImage.height(), multiple));
    seconds(engine, shape, 1); // warms up
    double one = seconds(engine, shape, 1);
    double step = (seconds(engine, shape, MEASURED_STEPS) - one) / (MEASURED_STEPS - 1);
    return new Cost((one - step) / BATCH, step / BATCH);
  }

  private static int padded(int pixels, int multiple) {
    return (pixels + multiple - 1) / multiple * multiple;
  }

  /** Seconds of a full batch. */
  private static double seconds(Inpainter engine, Shape shape, int steps) {
    List<InpaintInput> inputs = Stream.generate(() -> input(shape)).limit(BATCH).toList();
    InpaintParameters parameters =
        new InpaintParameters(
            shape.width(),
            shape.height(),
            new InpaintParameters.Sampling(steps, 7.5, 1, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    long start = System.nanoTime();
    engine.inpaint(parameters, inputs, new Cancellation());
    return (System.nanoTime() - start) / 1e9;
  }

  private static InpaintInput input(Shape shape) {
    int pixels = shape.width() * shape.height();
    RgbImage image = new RgbImage(shape.width(), shape.height(), new byte[3 * pixels]);
    Mask mask = new Mask(shape.width(), shape.height(), new byte[pixels]);
    return new InpaintInput(image, mask, "a wall", null, null, 1);
  }

  /** The seconds that the engine takes for rows in full batches. */
  private double work(List<Row> rows) {
    return rows.stream()
        .mapToDouble(
            row -> {
              Cost cost = costs.get(row.shape());
              return cost.image() + row.steps() * cost.step();
            })
        .sum();
  }

  private List<Row> mixed(int rows) {
    int half = side / 2;
    int most = side * 3 / 4;
    List<Shape> shapes =
        List.of(
            new Shape(side, side),
            new Shape(side, half),
            new Shape(half, side),
            new Shape(most, side),
            new Shape(side, most),
            new Shape(most, most));
    List<Row> mixed = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      mixed.add(
          new Row(
              shapes.get(i % shapes.size()),
              Math.max(1, steps / 2 + i % 10),
              SCHEDULERS.get(i / 10 % SCHEDULERS.size())));
    }
    return mixed;
  }

  /** Runs a job over rows; returns its work per second. */
  private double workPerSecond(String name, List<Row> rows) throws IOException {
    Path input = Files.createDirectories(folder.resolve(name));
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      int width = row.shape().width();
      int height = row.shape().height();
      String shape = width + "x" + height + ".png";
      if (!Files.exists(input.resolve(shape))) {
        ImageFiles.write(input.resolve(shape), width, height, (x, y) -> 2 * x + y & 255);
        ImageFiles.write(input.resolve("mask-" + shape), width, height, (x, y) -> x > y ? 255 : 0);
      }
      manifest.append(
          """
          {"init_image": "%1$s", "mask_image": "mask-%1$s", "prompt": "a wall", "seed": %2$d, "width": %3$d, "height": %4$d, "num_inference_steps": %5$d, "scheduler": "%6$s"}
          """
              .formatted(shape, i, width, height, row.steps(), row.scheduler()));
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
    double images =
        BenchJob.imagesPerSecond(
            input.resolve("job.conf").toString(), "-D", "model.path=" + bundle);
    return images / rows.size() * work(rows);
  }
}
