package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.image.MaskReduction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the engine against a plain loop over the same graphs, and against the pipeline of
 * diffusers if a Python is given. They take turns; the ratios are of one round each.
 *
 * <p>Arguments: an SD 1.5 inpainting bundle, side in pixels, steps, and optionally rounds, and a
 * Python that has diffusers.
 */
final class EngineBench {

  private static final int ROUNDS = 15;
  private static final String PLAIN = "plain loop";
  private static final String ENGINE = "engine";
  private static final String DIFFUSERS = "diffusers";

  private final int side;
  private final int steps;

  private EngineBench(int side, int steps) {
    this.side = side;
    this.steps = steps;
  }

  /** Makes an image in a number of steps. */
  @FunctionalInterface
  private interface Contender {
    void generate(int steps) throws Exception;
  }

  /** The seconds of an image of all steps, and of one of a single step. */
  private record Times(double image, double single, int steps) {

    double step() {
      return (image - single) / (steps - 1);
    }
  }

  public static void main(String[] args) throws Exception {
    EngineBench bench = new EngineBench(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : ROUNDS;
    try (CloseStack open = new CloseStack()) {
      Map<String, Contender> contenders = new LinkedHashMap<>();
      PlainLoop plain = open.push(new PlainLoop(Path.of(args[0])));
      contenders.put(PLAIN, steps -> plain.image(bench.side, steps));
      Inpainter inpainter =
          open.push(Families.open(ModelBundle.open(Path.of(args[0])), Device.cpu(0)));
      contenders.put(ENGINE, steps -> bench.inpaint(inpainter, steps));
      if (args.length > 4) {
        DiffusersLoop diffusers = open.push(DiffusersLoop.start(args[4], bench.side));
        contenders.put(DIFFUSERS, diffusers::generate);
      }
      bench.run(contenders, rounds);
    }
  }

  private void run(Map<String, Contender> contenders, int rounds) throws Exception {
    for (Contender contender : contenders.values()) {
      contender.generate(1); // warms up
    }
    Map<String, List<Times>> times = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
        Times measured = times(contender.getValue());
        times.computeIfAbsent(contender.getKey(), name -> new ArrayList<>()).add(measured);
        System.out.printf(
            "  round %d: %s %.3f s, %.4f s per step%n",
            round, contender.getKey(), measured.image(), measured.step());
      }
    }
    for (String other : contenders.keySet()) {
      if (!other.equals(ENGINE)) {
        print(other, times.get(ENGINE), times.get(other));
      }
    }
  }

  private Times times(Contender contender) throws Exception {
    double single = seconds(contender, 1);
    return new Times(seconds(contender, steps), single, steps);
  }

  private static double seconds(Contender contender, int steps) throws Exception {
    long start = System.nanoTime();
    contender.generate(steps);
    return (System.nanoTime() - start) / 1e9;
  }

  private void inpaint(Inpainter inpainter, int ofSteps) {
    InpaintParameters parameters =
        new InpaintParameters(
            side,
            side,
            new InpaintParameters.Sampling(ofSteps, 7.5, 1.0, SchedulerChoice.DEFAULT),
            MaskReduction.MAX,
            false);
    inpainter.inpaint(parameters, List.of(BenchInput.of(side)), new Cancellation());
  }

  private static void print(String other, List<Times> engine, List<Times> others) {
    List<Double> images = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    for (int i = 0; i < engine.size(); i++) {
      images.add(engine.get(i).image() / others.get(i).image());
      steps.add(engine.get(i).step() / others.get(i).step());
    }
    print("engine / " + other + ", seconds per image", images);
    print("engine / " + other + ", seconds per step", steps);
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
