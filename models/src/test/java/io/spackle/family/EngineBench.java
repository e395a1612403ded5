package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.Device;
import io.spackle.image.MaskReduction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Measures the engine against a plain loop over the same graphs, in turn, and prints the ratio.
 *
 * <p>Arguments: an SD 1.5 inpainting bundle, side in pixels, steps.
 */
final class EngineBench {

  private static final int ROUNDS = 15;

  private final Path bundle;
  private final int side;
  private final int steps;

  private EngineBench(Path bundle, int side, int steps) {
    this.bundle = bundle;
    this.side = side;
    this.steps = steps;
  }

  public static void main(String[] args) throws Exception {
    new EngineBench(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2])).run();
  }

  private void run() throws Exception {
    try (PlainLoop plain = new PlainLoop(bundle);
        Inpainter inpainter = Families.open(ModelBundle.open(bundle), Device.cpu(0))) {
      InpaintInput input = BenchInput.of(side);
      Callable<Void> bare = () -> plain.image(side, steps);
      Callable<Object> engine =
          () -> inpainter.inpaint(parameters(), List.of(input), new Cancellation()).get(0).image();
      seconds(bare); // the first of each warms up
      seconds(engine);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        double alone = seconds(bare);
        double whole = seconds(engine);
        ratios.add(whole / alone);
        System.out.printf("  round %d: plain %.3f s, engine %.3f s%n", round, alone, whole);
      }
      print("engine / plain loop, seconds per image", ratios);
    }
  }

  private InpaintParameters parameters() {
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
