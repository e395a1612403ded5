package io.spackle.family;

import io.spackle.bundle.BundleOptions;
import io.spackle.bundle.BundleOptions.PromptSyntax;
import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.MaskReduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Measures the memory of this process, as Linux counts it: with a model open, and at its peak after
 * batches that grow. Each peak is that of all batches so far, so the largest batch sets it.
 *
 * <p>Arguments: a bundle, side in pixels, steps.
 */
final class MemoryBench {

  private static final List<Integer> BATCHES = List.of(1, 4, 8);
  private static final int TEXT_LENGTH = 128; // of Flux, whose own is four times that

  private final ModelBundle bundle;
  private final Path folder;
  private final int side;
  private final int steps;

  private MemoryBench(Path folder, int side, int steps) {
    this.folder = folder;
    this.bundle =
        ModelBundle.open(folder).with(new BundleOptions(Map.of(), TEXT_LENGTH, PromptSyntax.PLAIN));
    this.side = side;
    this.steps = steps;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    new MemoryBench(folder, Integer.parseInt(args[1]), Integer.parseInt(args[2])).run();
  }

  private void run() throws IOException {
    Device.resolve("auto", 0, 0); // loads ONNX Runtime, which is not the model's
    System.out.printf("%s at %d x %d, MiB%n", bundle.name(), side, side);
    System.out.printf("  weights           %6d%n", weights() >> 20);
    report("before opening");
    try (Inpainter inpainter = Families.open(bundle, Device.cpu(0))) {
      report("opened");
      for (int size : BATCHES) {
        inpainter.inpaint(
            parameters(inpainter.traits()),
            Collections.nCopies(size, BenchInput.of(side)),
            new Cancellation());
        report("after a batch of " + size);
      }
    }
    report("closed");
  }

  /** Graphs and tensors; the texts beside them weigh next to nothing. */
  private long weights() throws IOException {
    long bytes = 0;
    for (String file : bundle.digests().keySet()) {
      bytes += Files.size(folder.resolve(file));
    }
    return bytes;
  }

  private InpaintParameters parameters(ModelTraits traits) {
    double guidance = traits.defaults().guidanceScale();
    return new InpaintParameters(
        side,
        side,
        new InpaintParameters.Sampling(steps, guidance, 1.0, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  /** The Java heap is part of it: what is garbage goes first. */
  private static void report(String when) throws IOException {
    System.gc();
    List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
    System.out.printf(
        "  %-18s peak %6d, now %6d, of that own %6d, of files %6d%n",
        when,
        mebibytes(status, "VmHWM"),
        mebibytes(status, "VmRSS"),
        mebibytes(status, "RssAnon"),
        mebibytes(status, "RssFile"));
  }

  private static long mebibytes(List<String> status, String key) {
    return status.stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
        .findFirst()
        .orElseThrow();
  }
}
