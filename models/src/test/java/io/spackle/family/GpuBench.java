package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.PreparedBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.graph.GraphException;
import io.spackle.graph.GraphOptimizer;
import io.spackle.image.MaskReduction;
import io.spackle.onnx.RandomFlux;
import io.spackle.onnx.RandomUnet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures a device in a few minutes, with networks of random weights that are made there: whether
 * kernels run on it, parity with the CPU, images per second and the host's share by batch size, and
 * memory as shapes alternate.
 *
 * <p>Arguments: cuda or cpu; full or tiny; seconds. What does not fit in the time is left out.
 */
final class GpuBench {

  private static final int STEPS = 4;
  private static final int STEPS_OF_AN_IMAGE = 20;
  private static final List<Integer> BATCHES = List.of(1, 2, 4, 8, 16);
  private static final int ROUNDS_OF_SHAPES = 5;

  private final Device device;
  private final List<RandomModel> models;
  private final PrintStream out;
  private final long end;

  private GpuBench(Device device, List<RandomModel> models, Duration time, PrintStream out) {
    this.device = device;
    this.models = models;
    this.out = out;
    this.end = System.nanoTime() + time.toNanos();
  }

  public static void main(String[] args) throws Exception {
    Device device = Device.resolve(args[0], 0, 0);
    run(device, args[1].equals("tiny"), Duration.ofSeconds(Long.parseLong(args[2])), System.out);
  }

  static void run(Device device, boolean tiny, Duration time, PrintStream out) throws Exception {
    List<RandomModel> models =
        tiny
            ? List.of(
                new RandomModel.Unet("tiny UNet", RandomUnet.Size.TINY, 64),
                new RandomModel.Unet("tiny SDXL's UNet", RandomUnet.Size.TINY_XL, 64),
                new RandomModel.Flux("tiny Flux", RandomFlux.Size.TINY, 64))
            : List.of(
                new RandomModel.Unet("SD 1.5", RandomUnet.Size.SD15, 512),
                new RandomModel.Unet("SDXL's UNet", RandomUnet.Size.SDXL, 1024),
                new RandomModel.Flux(
                    "Flux with 15 of its 57 blocks", RandomFlux.Size.QUARTER, 1024));
    new GpuBench(device, models, time, out).run();
  }

  private void run() throws Exception {
    for (RandomModel model : models) {
      if (isOver()) {
        out.printf("%s: left out, the time is over%n", model.name());
        continue;
      }
      Path folder = Files.createTempDirectory("spackle-gpu-bench");
      try {
        measure(model, folder);
      } finally {
        delete(folder);
      }
    }
  }

  private void measure(RandomModel model, Path folder) throws Exception {
    Path made = folder.resolve("made");
    Path prepared = folder.resolve("prepared");
    long start = System.nanoTime();
    model.write(made, device.kind() == Device.Kind.CUDA);
    out.printf("%s: made in %.1f s", model.name(), secondsSince(start));
    start = System.nanoTime();
    PreparedBundle.write(made, prepared, Optional.of(GraphOptimizer.of(device)));
    Path file = prepared.resolve(model.network());
    out.printf(
        ", prepared in %.1f s, weights %d MiB%n",
        secondsSince(start), Files.size(Path.of(file + "_data")) >> 20);

    try (PlainNetwork network = new PlainNetwork(file, device)) {
      Map<String, long[]> inputs = model.inputs(1, model.side() / 2);
      float[] output = network.run(inputs);
      out.println("  kernels: " + network.kernels());
      try (PlainNetwork reference = new PlainNetwork(file, Device.cpu(0))) {
        out.printf(
            "  parity with the CPU: %.1e of the largest value%n",
            difference(output, reference.run(inputs)));
      }
      start = System.nanoTime();
      try (Inpainter inpainter = Families.open(ModelBundle.open(prepared), device)) {
        out.printf("  opened in %.1f s%n", secondsSince(start));
        batches(model, inpainter, network);
        shapes(model, inpainter);
      }
    }
  }

  /** The engine's steps against calls of the network alone, both with guidance. */
  private void batches(RandomModel model, Inpainter inpainter, PlainNetwork network)
      throws Exception {
    out.println("  images in a batch, images per second, share of the host in a step, memory");
    for (int size : BATCHES) {
      if (isOver()) {
        out.printf("  %6d: left out, the time is over%n", size);
        return;
      }
      try {
        double step = step(inpainter, size, model.side());
        double alone = network.seconds(model.inputs(size, model.side()), STEPS);
        out.printf(
            "  %6d  %8.3f  %5.1f%%  %s%n",
            size,
            size / (step * STEPS_OF_AN_IMAGE),
            100 * Math.max(0, 1 - alone / step),
            DeviceMemory.used(device));
      } catch (GraphException e) {
        out.printf("  %6d: %s%n", size, e.kind());
        return;
      }
    }
  }

  /** Shapes in turn: what memory grows by after the first round is lost to them. */
  private void shapes(RandomModel model, Inpainter inpainter) throws IOException {
    List<Integer> sides = List.of(model.side(), model.side() / 2, model.side() * 3 / 4);
    for (int round = 1; round <= ROUNDS_OF_SHAPES && !isOver(); round++) {
      for (int side : sides) {
        step(inpainter, 2, side);
      }
      out.printf("  alternating shapes, round %d: %s%n", round, DeviceMemory.used(device));
    }
  }

  /** Seconds of a step of a batch; the first of its shape is not counted. */
  private static double step(Inpainter inpainter, int batch, int side) {
    InpaintParameters parameters =
        new InpaintParameters(
            side,
            side,
            new InpaintParameters.Sampling(STEPS + 1, 7.5, 1.0, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    Cancellation never = new Cancellation();
    List<InpaintState> states =
        IntStream.range(0, batch)
            .mapToObj(i -> inpainter.begin(parameters, BenchInput.of(side), never))
            .toList();
    states = inpainter.step(states, never);
    long start = System.nanoTime();
    while (!states.get(0).isDone()) {
      states = inpainter.step(states, never);
    }
    return secondsSince(start) / STEPS;
  }

  private static double difference(float[] found, float[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(found[i] - expected[i]));
    }
    return difference / largest;
  }

  private boolean isOver() {
    return System.nanoTime() > end;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all = files.toList();
      for (int i = all.size() - 1; i >= 0; i--) {
        Files.delete(all.get(i));
      }
    }
  }
}
