package io.spackle.family;

import io.spackle.bundle.ModelBundle;
import io.spackle.bundle.PreparedBundle;
import io.spackle.graph.Cancellation;
import io.spackle.graph.CloseStack;
import io.spackle.graph.Device;
import io.spackle.graph.GraphOptimizer;
import io.spackle.image.MaskReduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the engine against a plain loop over the same graphs. With a fused model and a Python it
 * also measures the engine with the fused model, prepared, against the pipeline of diffusers. They
 * take turns, and load their model for each; the ratios are of one round each.
 *
 * <p>Arguments: an SD 1.5 inpainting bundle, side in pixels, steps, and optionally rounds, the
 * fused bundle, and a Python that has diffusers. The prepared bundle is written next to the fused
 * one.
 */
final class EngineBench {

  private static final int ROUNDS = 15;
  private static final String PLAIN = "plain loop";
  private static final String ENGINE = "engine";
  private static final String PREPARED = "prepared engine";
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

  /** Loads a model; only one is in memory at a time, since a real one takes much of it. */
  @FunctionalInterface
  private interface Opener {
    Contender open(CloseStack open) throws Exception;
  }

  /** The seconds of loading a model, of an image of all steps, and of one of a single step. */
  private record Times(double open, double image, double single, int steps) {

    double step() {
      return (image - single) / (steps - 1);
    }
  }

  public static void main(String[] args) throws Exception {
    Path bundle = Path.of(args[0]);
    EngineBench bench = new EngineBench(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : ROUNDS;
    Map<String, Opener> openers = new LinkedHashMap<>();
    openers.put(PLAIN, open -> bench.plain(open.push(new PlainLoop(bundle))));
    openers.put(ENGINE, open -> bench.engine(open.push(openEngine(bundle))));
    if (args.length > 4) {
      Path prepared = prepared(Path.of(args[4]));
      openers.put(PREPARED, open -> bench.engine(open.push(openEngine(prepared))));
      openers.put(DIFFUSERS, open -> open.push(DiffusersLoop.start(args[5], bench.side))::generate);
    }
    Map<String, List<Times>> times = bench.run(openers, rounds);
    print(ENGINE, PLAIN, times);
    if (args.length > 4) {
      print(PREPARED, DIFFUSERS, times);
    }
  }

  private static Path prepared(Path fused) throws IOException {
    Path prepared = fused.resolveSibling("prepared");
    if (Files.notExists(prepared)) {
      PreparedBundle.write(fused, prepared, Optional.of(GraphOptimizer.ofThisCpu()));
    }
    return prepared;
  }

  private static Inpainter openEngine(Path bundle) {
    return Families.open(ModelBundle.open(bundle), Device.cpu(0));
  }

  private Contender plain(PlainLoop loop) {
    return ofSteps -> loop.image(side, ofSteps);
  }

  private Contender engine(Inpainter inpainter) {
    return ofSteps ->
        inpainter.inpaint(parameters(ofSteps), List.of(BenchInput.of(side)), new Cancellation());
  }

  private Map<String, List<Times>> run(Map<String, Opener> openers, int rounds) throws Exception {
    Map<String, List<Times>> times = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, Opener> opener : openers.entrySet()) {
        Times measured = times(opener.getValue());
        times.computeIfAbsent(opener.getKey(), name -> new ArrayList<>()).add(measured);
        System.out.printf(
            "  round %d: %s %.3f s, %.4f s per step; opened in %.1f s%n",
            round, opener.getKey(), measured.image(), measured.step(), measured.open());
      }
    }
    return times;
  }

  private Times times(Opener opener) throws Exception {
    long start = System.nanoTime();
    try (CloseStack open = new CloseStack()) {
      Contender contender = opener.open(open);
      double opened = (System.nanoTime() - start) / 1e9;
      contender.generate(1); // warms up
      double single = seconds(contender, 1);
      return new Times(opened, seconds(contender, steps), single, steps);
    }
  }

  private static double seconds(Contender contender, int steps) throws Exception {
    long start = System.nanoTime();
    contender.generate(steps);
    return (System.nanoTime() - start) / 1e9;
  }

  private InpaintParameters parameters(int ofSteps) {
    return new InpaintParameters(
        side,
        side,
        new InpaintParameters.Sampling(ofSteps, 7.5, 1.0, SchedulerChoice.DEFAULT),
        MaskReduction.MAX,
        false);
  }

  private static void print(String engine, String other, Map<String, List<Times>> times) {
    List<Double> images = new ArrayList<>();
    List<Double> steps = new ArrayList<>();
    for (int i = 0; i < times.get(engine).size(); i++) {
      Times ours = times.get(engine).get(i);
      Times theirs = times.get(other).get(i);
      images.add(ours.image() / theirs.image());
      steps.add(ours.step() / theirs.step());
    }
    print(engine + " / " + other + ", seconds per image", images);
    print(engine + " / " + other + ", seconds per step", steps);
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
